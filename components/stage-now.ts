import {stageNames, type StageName} from '../src/model/phase.ts';
import type {ConsoleState} from './console-state.ts';

/** The stage that runs now. One that a console left in the middle does not: it waits to be started again. */
export const runningStage = (state: ConsoleState): StageName | undefined =>
  state.engine.interrupted ? undefined : stageLeftRunning(state);

/** The stage that has begun and not ended, whether it goes on or was interrupted. */
export const stageLeftRunning = (state: ConsoleState): StageName | undefined => {
  const stages = state.engine.run?.run.stages;
  return (
    stageNames.find(name => stages?.[name].status === 'running') ??
    (state.engine.interrupted ? stageNames.findLast(name => stages?.[name].status === 'stopped') : undefined)
  );
};
