import {z} from 'zod';
import {transactionOf} from '../transaction.ts';
import {aptRun} from './apt-run.ts';
import type {Beat, Payload} from './beat.ts';
import {readFiles, unmarked, verify} from './install.ts';

const list = z.array(z.string());
const undoArguments = z.object({
  directory: z.string(),
  hashes: list,
  wanted: list,
  automatic: list,
  manual: list,
  held: list,
});

/** Back to the rollback point: versions, what was added, what was removed, marks and holds. */
export const undo: Payload = (host, args) => {
  const {directory, hashes, wanted, automatic, manual, held} = undoArguments.parse(args);
  const refused = verify(host, directory, hashes);
  if (refused.length > 0) return {beats: [{afterMs: 400, lines: refused}], rc: 1};
  const {builds, removing} = readFiles(host, directory, wanted);
  const markBack: Beat = {
    afterMs: 300,
    act: self => {
      // Naming packages strips the mark here too.
      for (const name of [...builds.map(build => build.name), ...manual.map(unmarked)])
        self.automatic.delete(name);
      for (const name of automatic) self.automatic.add(name);
      for (const name of held) self.held.add(name);
      for (const name of removing) self.rebootWanted.delete(name);
      return undefined;
    },
  };
  return {beats: [...aptRun(host, directory, 'old', transactionOf(host, builds, removing)), markBack], rc: 0};
};
