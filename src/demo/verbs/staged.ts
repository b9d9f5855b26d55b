import {z} from 'zod';
import {answer} from '../text.ts';
import {verb, type Verb} from './verb.ts';

/** What lies in a staging directory. */
export const staged: Verb = verb(300, z.object({directory: z.string()}), (host, {directory}) => {
  const staging = host.staging.get(directory);
  if (staging === undefined) throw new Error(`cd: ${directory}: No such file or directory`);
  return answer([
    'files',
    [
      ...staging.files.map(file =>
        [
          file.folder,
          file.name,
          file.arch,
          file.version,
          file.file,
          file.sha256,
          file.bytes,
          file.source,
        ].join('\t'),
      ),
      ...staging.gone.map(item => ['gone', item.name, item.arch, item.version].join('\t')),
    ],
  ]);
});
