import {PatchdeckError} from '../model/error.ts';
import type {SoftwareAnswer} from '../model/software.ts';
import {members} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';
import {softwareInScan} from '../report/software-in-scan.ts';
import {readQuestion} from '../report/software.ts';
import {gatherWhoHas} from '../report/who-has.ts';

/**
 * Answers "who has openssl 3.0.20?" from the scans of a run, one file after the other in the engine's thread. Throws `software.question`
 * for what names no software, and `software.none` where no host was scanned.
 */
export const readSoftware = async (
  state: RunState | undefined,
  read: (digest: string) => Promise<Uint8Array>,
  words: string,
): Promise<SoftwareAnswer> => {
  const question = readQuestion([words]);
  const taking = state === undefined ? [] : members(state);
  const scanned = taking.flatMap(({scan}) => (scan === undefined ? [] : [scan.file]));
  if (question === undefined || scanned.length === 0) throw nothingScanned();
  const gathered = gatherWhoHas();
  for (const file of scanned) gathered.look(softwareInScan(await read(file), question).rows);
  return gathered.answer(taking.filter(({scan}) => scan === undefined).map(({host}) => host.name));
};

const nothingScanned = (): PatchdeckError =>
  new PatchdeckError(
    'input',
    'software.none',
    'no host was scanned yet, so what they have is unknown; nothing was looked for',
    'scan them with `patchdeck scan`',
  );
