import type {Refusal} from '../record/gates.ts';
import type {EngineCore} from './core.ts';
import type {Command} from './interface.ts';

/**
 * Carries out a command that begins work, or decides on what is worked, with no other such one meanwhile: what keeps it from being done
 * is looked at before its first event is on disk, and a second command would pass the same look. It comes after what an earlier console
 * left at work was taken up. Others are carried out at once.
 */
export const oneAtATime = async (
  core: EngineCore,
  command: Command,
  carryOut: () => Promise<'ok' | Refusal>,
): Promise<'ok' | Refusal> => {
  const words = wordsOf(command);
  if (words === undefined) return await carryOut();
  if (core.beginning !== undefined) {
    return {
      code: 'engine.beginning',
      what: `${core.beginning}; nothing was done`,
      next: 'wait for it, then ask again',
    };
  }
  core.beginning = words;
  try {
    await core.takenUp;
    return await carryOut();
  } finally {
    core.beginning = undefined;
  }
};

const wordsOf = (command: Command): string | undefined => {
  switch (command.type) {
    case 'start':
      return `${command.stage} is just being started`;
    case 'lock-plan':
      return 'the plan is just being locked';
    case 'roll-back':
    case 'retry':
      return `a ${command.type === 'retry' ? 'retry' : 'rollback'} is just being started`;
    case 'leave-out':
    case 'skip':
      return 'hosts are just being set aside';
    case 'describe':
      return 'hosts are just being described';
    case 'close':
      return 'the run is just being closed';
    default:
      return undefined;
  }
};
