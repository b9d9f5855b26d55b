import {HostStopped} from './context.ts';
import type {PlannedStep} from './step-task.ts';

/**
 * Carries out `work` of one of several steps. What stops the host there says which step it was, what stays as it is now, and what was not
 * begun: who reads it must not have to find out. `left`: steps that were never begun.
 */
export const inStep = async (
  {
    all,
    step,
    done,
    left,
  }: {
    all: readonly PlannedStep[];
    step: PlannedStep;
    done: readonly PlannedStep[];
    left: readonly PlannedStep[];
  },
  work: () => Promise<void>,
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HostStopped) || all.length === 1) throw error;
    const standing = [
      ...(done.length === 0 ? [] : [`what ${namesOf(done)} changed stays`]),
      ...(left.length === 0 ? [] : [`${namesOf(left)} ${left.length === 1 ? 'was' : 'were'} not begun`]),
    ].join(', ');
    const message = [`${step.label}${error.message}`, ...(standing === '' ? [] : [standing])].join('; ');
    throw new HostStopped(error.phase, error.code, message, error.next, error.suspects);
  }
};

const namesOf = (steps: readonly PlannedStep[]): string => steps.map(({manager: {id}}) => id).join(' and ');
