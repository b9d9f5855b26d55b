import {z} from 'zod';
import {findBuild, type Build} from '../archive.ts';
import type {DemoHost, Installed, StagedFile} from '../host.ts';
import {answer} from '../text.ts';
import {installVersions, printSimulation, refuse, transactionOf, type Transaction} from '../transaction.ts';
import {readWanted} from './packages.ts';
import {verb, type Verb} from './verb.ts';

const list = z.array(z.string());

/** What installing these versions would change. */
export const simulate: Verb = verb(700, z.object({wanted: list}), (host, {wanted}) =>
  simulated(host, installVersions(host, wanted.map(readWanted))),
);

/** The same from staged files. */
export const simulateStaged: Verb = verb(
  700,
  z.object({directory: z.string(), wanted: list}),
  (host, {directory, wanted}) => simulated(host, fromFiles(host, directory, wanted, host.packages)),
);

/** What going back would change, once the staged files are installed. */
export const simulateUndo: Verb = verb(
  900,
  z.object({directory: z.string(), wanted: list, fresh: list, changed: list}),
  (host, {directory, wanted, fresh, changed}) => {
    const asIf = new Map(host.packages);
    for (const item of changed) asIf.delete(item.split(' ')[0] ?? '');
    for (const path of fresh) {
      const file = fileAt(host, directory, path);
      const build = file === undefined ? undefined : findBuild(host, file.name, file.version);
      if (build === undefined)
        return simulated(host, refuse(`Unsupported file ${path} given on commandline`));
      asIf.set(build.name, {...build, status: 'ii'});
    }
    return simulated(host, fromFiles(host, directory, wanted, asIf));
  },
);

/** What `apt-get install` would do with `./new/FILE` and `name:arch-`. */
const fromFiles = (
  host: DemoHost,
  directory: string,
  wanted: readonly string[],
  asIf: ReadonlyMap<string, Installed>,
): Transaction => {
  const builds: Build[] = [];
  const removing: string[] = [];
  for (const word of wanted) {
    const gone = /^([^:/]+):[a-z0-9]+-$/.exec(word)?.[1];
    if (gone !== undefined) {
      removing.push(gone);
      continue;
    }
    const file = fileAt(host, directory, word.replace(/^\.\//, ''));
    const build = file === undefined ? undefined : findBuild(host, file.name, file.version);
    if (build === undefined) return refuse(`Unsupported file ${word} given on commandline`);
    builds.push(build);
  }
  return transactionOf(host, builds, removing, asIf);
};

/** A file of a staging directory by its path there, as `new/openssl_3_amd64.deb`. */
export const fileAt = (host: DemoHost, directory: string, path: string): StagedFile | undefined =>
  host.staging.get(directory)?.files.find(file => `${file.folder}/${file.file}` === path);

const simulated = (host: DemoHost, transaction: Transaction): string =>
  answer(
    ['simulation', printSimulation(transaction, false)],
    ['native', 'amd64'],
    [
      'installed',
      [...host.packages.values()].map(item =>
        [item.name, item.arch, item.version, `${item.status} `].join('\t'),
      ),
    ],
  );
