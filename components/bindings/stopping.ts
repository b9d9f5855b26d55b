import type {ConsoleState} from '../console-state.ts';
import {runningStage} from '../stage-now.ts';
import {goOn, pause, standingOf, stop} from '../standing.ts';
import {stageTitles} from '../screens/all.ts';
import {isActive} from '../screens/status.ts';
import {count} from '../words.ts';
import type {Deed, Layer} from '../ui.ts';

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
  const standing = standingOf(state);
  const working = [...(state.engine.run?.hosts.values() ?? [])].filter(isActive).length;
  return {
    kind: 'choice',
    title: `Stop ${work}`,
    lines: [
      `${count(working, 'host')} at work now: each is followed to its end, none is cut off half-way.`,
      ...(standing === 'stopping' ? ['It is being stopped already: it ends by itself.'] : []),
      'What is installed stays installed; R on the Deploy screen rolls back. Starting the stage again goes on.',
    ],
    options: [
      ...(state.engine.run?.run.stopping === 'after-hosts'
        ? []
        : [
            {
              key: 'h',
              label: 'stop after the hosts at work: nothing new starts',
              then: stop(state, 'after-hosts'),
            },
          ]),
      ...(stage === 'deploy' && standing !== 'stopping'
        ? [{key: 'w', label: 'stop after this wave', then: stop(state, 'after-wave')}]
        : []),
      ...(standing === 'running'
        ? [{key: 'p', label: 'pause: nothing new starts until you go on (X, p)', then: pause(state)}]
        : []),
      ...(standing === 'paused' ? [{key: 'p', label: 'go on', then: goOn}] : []),
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
