import type {ConsoleState} from './console-state.ts';
import {runningStage} from './stage-now.ts';
import {canariesOf, unproven} from '../src/record/gates.ts';
import {isOutdated} from './screens/test.ts';
import {gateNow} from './gates-now.ts';
import {stageNames} from '../src/model/phase.ts';

const mendTest =
  'Next: look at what failed (!), mend it and try it again (t), or block it; then test again (3, then T)';

/** What the run waits for, as one sentence; undefined while something runs. */
export const nextStep = (state: ConsoleState): string | undefined => {
  const {run} = state.engine;
  if (run === undefined) return 'Next: b begins the scan';
  if (run.run.closed !== undefined) return 'The run is closed';
  if (runningStage(state) !== undefined || state.engine.busy) return undefined;
  const {stages, ranking, plan} = run.run;
  if (stages.identify.status === 'not-started') return 'Next: scan the fleet (1, then b)';
  // The last stage whose gate is open is the one to work on; a gate that is shut says why on its own screen.
  const open = stageNames.findLast(name => gateNow(state, name) === undefined);
  if (open === 'identify') {
    const refusal = gateNow(state, 'prioritize');
    return refusal === undefined ? undefined : `Next: ${refusal.next}`;
  }
  if (open === 'prioritize' || plan === undefined) {
    return ranking === undefined
      ? 'Next: rank what is pending (2, then b)'
      : 'Next: choose patches (space), then lock the plan (2, then L)';
  }
  if (open === 'test') {
    if (isOutdated(run)) return 'Next: test the plan (3, then T)';
    const back = canariesOf(run).filter(record => record.phase === 'rolled back');
    if (back.length > 0) {
      return `Next: block what made ${back[0]?.host.name ?? 'it'} worse (B), then lock the plan anew (2, then L)`;
    }
    if (stages.test.status === 'incomplete') return mendTest;
    return stages.test.status === 'complete'
      ? `Next: ${gateNow(state, 'deploy')?.next ?? 'sign off (3, then o)'}`
      : 'Next: test the plan (3, then T)';
  }
  if (open === 'deploy') return 'Next: deploy (4, then D)';
  if (stages.verify.status === 'not-started') {
    // Where all hosts of the plan are canaries, and failed, each is at its end: that is not yet a fleet to be proven.
    const isTested = stages.test.status !== 'incomplete' || stages.deploy.status !== 'not-started';
    return isTested ? 'Next: verify (5, then b)' : mendTest;
  }
  const [changed] = unproven(run);
  if (changed !== undefined)
    return `Next: verify again (5, then b): ${changed.host.name} was changed since the proof`;
  return 'Next: look at the findings, sign off (o), close the run (C)';
};
