import {sections, wordOf} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {printMachineId} from '../jobs/boot-identity.ts';
import {hasTraceOf} from '../jobs/job-scripts.ts';

/** Which machine this is, and whether it still knows of a job that ended on it: one that was restored to an earlier state does not. */
export const identity: Probe<{after: string}, {machineId: string; knows: boolean}> = {
  script: ({after}) =>
    defineScript(
      'host.identity',
      {after},
      `
echo '@@ machine'; ${printMachineId}
echo '@@ knows'; if ${hasTraceOf('$1')}; then echo yes; else echo no; fi
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections('host.identity', raw);
    return {
      machineId: wordOf('host.identity', found, 'machine'),
      knows: wordOf('host.identity', found, 'knows') === 'yes',
    };
  },
};
