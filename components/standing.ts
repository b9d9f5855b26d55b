import type {ConsoleState} from './console-state.ts';
import {submit} from './deed.ts';
import {line, span, type Line} from './span.ts';
import type {Deed} from './ui.ts';
import {runningStage} from './stage-now.ts';

/** How the stage that runs goes on; undefined while none runs. */
export const standingOf = (state: ConsoleState): 'running' | 'paused' | 'stopping' | undefined => {
  if (runningStage(state) === undefined) return undefined;
  const run = state.engine.run?.run;
  if (run?.stopping !== undefined) return 'stopping';
  return run?.paused === undefined ? 'running' : 'paused';
};

/** What the headline of every screen begins with; nothing while the stage simply runs. */
export const standingWords = (state: ConsoleState): Line => {
  const standing = standingOf(state);
  if (standing === 'paused') {
    const key = state.ui.stage === 'deploy' ? 'p' : 'X, p';
    return line(span(`PAUSED: nothing new starts (${key} goes on)`, 'warn'), '   ');
  }
  if (standing !== 'stopping') return [];
  const after = state.engine.run?.run.stopping === 'after-wave' ? 'this wave' : 'the hosts at work';
  return line(span(`STOPPING after ${after}`, 'warn'), '   ');
};

export const pause = (state: ConsoleState): Deed =>
  submit('paused: nothing new starts', {
    type: 'pause',
    reason: `paused at the console by ${state.operator}`,
  });

export const goOn: Deed = submit('going on', {type: 'resume'});

/** Cannot be taken back: the stage ends, and is started again. */
export const stop = (state: ConsoleState, how: 'after-hosts' | 'after-wave'): Deed =>
  submit(how === 'after-wave' ? 'stopping after this wave' : 'stopping: nothing new starts', {
    type: 'stop',
    how,
    reason: `stopped at the console by ${state.operator}`,
  });
