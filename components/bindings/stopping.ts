import {stageNames, type StageName} from '../../src/model/phase.ts';
import type {ConsoleState} from '../console-state.ts';
import {submit} from '../deed.ts';
import {stageTitles} from '../screens/all.ts';
import {isActive} from '../screens/status.ts';
import {count} from '../words.ts';
import type {Deed, Layer} from '../ui.ts';

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

/** What is under way, in words; undefined when nothing is. */
export const underWay = (state: ConsoleState): string | undefined => {
  const stage = runningStage(state);
  if (stage !== undefined) return stageTitles[stage];
  return state.engine.busy ? 'work on single hosts' : undefined;
};

/** True for the choice that X and Ctrl-C show. */
export const isStop = (layer: Layer | undefined): boolean =>
  layer?.kind === 'choice' && layer.title.startsWith('Stop');

/** What stopping can mean now. The same on X and on Ctrl-C; only a key named here does something. */
export const stopLayer = (state: ConsoleState): Layer => {
  const stage = runningStage(state);
  const work = underWay(state);
  const leave = {
    key: 'l',
    label:
      work === undefined
        ? 'leave the console'
        : 'leave the console: hosts finish what was started, the run waits',
    then: {do: 'leave'} satisfies Deed,
  };
  if (work === undefined || state.mode === 'read-only') {
    const what =
      work === undefined ? 'Nothing is running.' : 'Another console holds the run; only it can stop it.';
    return {kind: 'choice', title: 'Stop', lines: [what], options: [leave]};
  }
  const working = [...(state.engine.run?.hosts.values() ?? [])].filter(isActive).length;
  const reason = `stopped at the console by ${state.operator}`;
  const stop = (how: 'after-hosts' | 'after-wave', said: string): Deed =>
    submit(said, {type: 'stop', how, reason});
  return {
    kind: 'choice',
    title: `Stop ${work}`,
    lines: [
      `${count(working, 'host')} at work now: each is followed to its end, none is cut off half-way.`,
      'What is installed stays installed; R on the Deploy screen rolls back. Starting the stage again goes on.',
    ],
    options: [
      {
        key: 'h',
        label: 'stop after the hosts at work: nothing new starts',
        then: stop('after-hosts', 'stopping: nothing new starts'),
      },
      ...(stage === 'deploy'
        ? [{key: 'w', label: 'stop after this wave', then: stop('after-wave', 'stopping after this wave')}]
        : []),
      {
        key: 'p',
        label: 'pause: nothing new starts until p is pressed on the Deploy screen',
        then: submit('paused: nothing new starts', {
          type: 'pause',
          reason: `paused at the console by ${state.operator}`,
        }),
      },
      leave,
    ],
  };
};

/** What q asks while a stage runs; undefined when nothing does. */
export const leaveLayer = (state: ConsoleState): Layer | undefined => {
  const work = underWay(state);
  if (work === undefined || state.mode === 'read-only') return undefined;
  return {
    kind: 'confirm',
    title: `Leave while ${work} is under way?`,
    lines: [
      'Hosts finish what was started, by themselves. The run waits safely: nothing new starts.',
      '`patchdeck` opens again at the same place.',
    ],
    then: {do: 'leave'},
  };
};
