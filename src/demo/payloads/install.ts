import {z} from 'zod';
import {findBuild, type Build} from '../archive.ts';
import type {DemoHost} from '../host.ts';
import {transactionOf} from '../transaction.ts';
import {fileAt} from '../verbs/simulate.ts';
import {aptRun, breakConnections} from './apt-run.ts';
import type {Beat, Payload} from './beat.ts';

const list = z.array(z.string());
const installArguments = z.object({
  directory: z.string(),
  hashes: list,
  wanted: list,
  packages: list,
  automatic: list,
});

/** Installs staged files and nothing else. A file that is not what was staged stops it before the first change. */
export const install: Payload = (host, args) => {
  const {directory, hashes, wanted, automatic} = installArguments.parse(args);
  const refused = verify(host, directory, hashes);
  if (refused.length > 0) return {beats: [{afterMs: 400, lines: refused}], rc: 1};
  const {builds, removing} = readFiles(host, directory, wanted);
  const transaction = transactionOf(host, builds, removing);
  const markBack: Beat = {
    afterMs: 300,
    act: self => {
      // Naming packages strips the mark; the payload sets it again as the rollback point has it.
      for (const build of builds) self.automatic.delete(build.name);
      for (const name of automatic.map(unmarked)) if (self.packages.has(name)) self.automatic.add(name);
      const kernels = transaction.installs.filter(({build}) => build.name.startsWith('linux-image-6'));
      for (const {build} of kernels) self.rebootWanted.add(build.name);
      return undefined;
    },
  };
  return {beats: [...breakConnections(host, aptRun(host, directory, 'new', transaction)), markBack], rc: 0};
};

/** What is said of each line of `sha256  folder/file` that is not so. */
export const verify = (host: DemoHost, directory: string, hashes: readonly string[]): string[] =>
  hashes
    .map(line => line.split(/\s+/))
    .filter(([sum, path = '']) => fileAt(host, directory, path)?.sha256 !== sum)
    .map(([, path = '']) => `patchdeck-error ${path} is not what was staged`);

/** A package as apt-mark takes it, without the architecture that all demo hosts have. */
export const unmarked = (mark: string): string => mark.replace(/:amd64$/, '');

/** The builds behind `./new/FILE`, and the names behind `name:arch-`. */
export const readFiles = (
  host: DemoHost,
  directory: string,
  wanted: readonly string[],
): {builds: Build[]; removing: string[]} => ({
  builds: wanted.flatMap(word => {
    const file = fileAt(host, directory, word.replace(/^\.\//, ''));
    return (file === undefined ? undefined : findBuild(host, file.name, file.version)) ?? [];
  }),
  removing: wanted.flatMap(word => /^([^:/]+):[a-z0-9]+-$/.exec(word)?.[1] ?? []),
});
