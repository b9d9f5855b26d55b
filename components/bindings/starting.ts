import type {StageName} from '../../src/model/phase.ts';
import {gateNow} from '../gates-now.ts';
import type {Context} from './binding.ts';
import {runningStage} from '../stage-now.ts';

/** Why a stage cannot be started now, with what opens it. */
export const whyNot = (context: Context, stage: StageName): string | undefined => {
  const running = runningStage(context.state);
  if (running !== undefined) return `${running} is running`;
  const refusal = gateNow(context.state, stage);
  return refusal === undefined ? undefined : `${refusal.what}. Next: ${refusal.next}`;
};

export const noRun = 'nothing was begun yet. Next: scan the fleet first (1, then b)';
