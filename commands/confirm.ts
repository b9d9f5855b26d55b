import {PatchdeckError} from '../src/model/error.ts';
import {askLine, canAsk} from './prompt.ts';
import type {Session} from './session.ts';

/**
 * Asks before something that changes hosts: what is shown is what is done, and the number has to be typed. `--yes` answers; without
 * a terminal and without it, nothing is done (`confirm.needed`).
 */
export const confirm = async (session: Session, what: string, count: number): Promise<void> => {
  session.output.say(what);
  if (session.flags.yes) return;
  if (!canAsk()) {
    throw new PatchdeckError(
      'gate',
      'confirm.needed',
      'this changes hosts and nobody is there to confirm it; no host was changed',
      'look at what it says, then run it with --yes',
    );
  }
  const said = await askLine(`Type ${count} to go on: `);
  if (said?.trim() !== String(count)) {
    throw new PatchdeckError('gate', 'confirm.no', 'not confirmed; no host was changed', 'run it again');
  }
};
