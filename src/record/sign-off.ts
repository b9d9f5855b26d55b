import type {StageName} from '../model/phase.ts';
import {unproven, type Refusal} from './gates.ts';
import type {RunState} from './state.ts';

/** Why a stage cannot be signed off now: what was not run to its end, or is not so any more, is nobody's to sign. */
export const refuseSignOff = (state: RunState, stage: StageName): Refusal | undefined => {
  const {status, summary} = state.run.stages[stage];
  const refusal = (what: string, next: string): Refusal => ({
    code: 'gate.sign-off',
    what: `${what}; it was not signed off`,
    next,
  });
  if (status === 'not-started') return refusal(`${stage} was not run`, `run ${stage} to its end first`);
  if (status !== 'complete')
    return refusal(`${stage} is ${status}: ${summary}`, `run ${stage} to its end first`);
  const changed = stage === 'verify' ? unproven(state) : [];
  if (changed.length > 0) {
    const hosts = changed.slice(0, 5).map(({host}) => host.name);
    return refusal(
      `${hosts.join(', ')} ${changed.length === 1 ? 'was' : 'were'} changed since the proof`,
      'verify again first',
    );
  }
  return undefined;
};
