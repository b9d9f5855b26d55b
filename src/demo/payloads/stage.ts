import {z} from 'zod';
import {fileName, findBuild, stagedFile} from '../archive.ts';
import type {DemoHost, StagedFile, Staging} from '../host.ts';
import {size} from '../text.ts';
import type {Beat, Payload} from './beat.ts';

const stageArguments = z.object({
  directory: z.string(),
  fresh: z.array(z.string()),
  previous: z.array(z.string()),
});

/** Fetches the new and the old packages of a plan; the manifest appears with the last. */
export const stage: Payload = (host, args) => {
  const {directory, fresh, previous} = stageArguments.parse(args);
  const staging: Staging = {files: [], gone: []};
  const wanted = [
    ...fresh.map(item => ['new', item] as const),
    ...previous.map(item => ['old', item] as const),
  ];
  let failed = 0;
  const beats = wanted.map(([folder, item], index): Beat => {
    const [name = '', arch = '', version = ''] = item.split(' ');
    const build = findBuild(host, name, version);
    const percent = Math.floor(((index + 1) * 100) / wanted.length);
    if (build === undefined) {
      if (folder === 'new') failed = 1;
      else staging.gone.push({name, arch, version});
      return {
        afterMs: 300,
        lines:
          folder === 'new'
            ? [
                `E: Version '${version}' for '${name}' was not found`,
                `patchdeck-missing new ${name} ${version}`,
              ]
            : [`patchdeck-progress ${percent} old ${name} ${version} is gone`],
      };
    }
    const source = folder === 'new' ? 'archive' : (build.upgrade?.previous ?? 'repacked');
    const file = stagedFile(build, folder, source);
    staging.files.push(file);
    return {
      afterMs: 120 + Math.min(2500, file.bytes / 20_000),
      lines: [
        ...fetched(host, file),
        `patchdeck-progress ${percent} ${folder} ${name} ${version}${folder === 'old' ? ` (${source})` : ''}`,
      ],
    };
  });
  const finish: Beat = {
    afterMs: 250,
    act: self => {
      self.staging.set(directory, staging);
      return undefined;
    },
  };
  return {beats: [...beats, finish], rc: failed};
};

const fetched = (host: DemoHost, file: StagedFile): string[] => {
  if (file.source === 'cache') return [];
  if (file.source === 'repacked')
    return [
      `dpkg-deb: building package '${file.name}' in './${fileName({...file, version: unnumbered(file.version)})}'.`,
    ];
  const suite = `http://mirror.shop.example/debian ${host.release.id}/main`;
  return [
    `Get:1 ${suite} ${file.arch} ${file.name} ${file.arch} ${file.version} [${size(file.bytes)}]`,
    `Fetched ${size(file.bytes)} in 0s (${size(Math.round(file.bytes * 3.4))}/s)`,
  ];
};

/** dpkg-repack leaves a version's epoch out of the file's name. */
const unnumbered = (version: string): string => version.replace(/^\d+:/, '');
