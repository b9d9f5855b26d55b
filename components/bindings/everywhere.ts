import {stageNames, type StageName} from '../../src/model/phase.ts';
import {changeScreen, screenOf, topLayer} from '../console-state.ts';
import {change, open} from '../deed.ts';
import {stageTitles} from '../screens/all.ts';
import type {Binding, Context} from './binding.ts';
import {isStop, leaveLayer, stopLayer} from './stopping.ts';
import type {Deed, Ui} from '../ui.ts';

const goTo = (stage: StageName): Deed =>
  change(ui => ({...ui, stage, look: 'by-patch', layers: [], message: undefined}));

const neighbour = (context: Context, by: number): Deed => {
  const at = stageNames.indexOf(context.state.ui.stage) + by;
  return goTo(stageNames[(at + stageNames.length) % stageNames.length] ?? 'identify');
};

/** Clears what Esc can clear without a layer: an open range first, then the filter, then another look at the stage. */
const back = (ui: Ui): Ui => {
  if (topLayer(ui) !== undefined) return {...ui, layers: ui.layers.slice(0, -1)};
  const screen = screenOf(ui);
  const quiet = {...ui, message: undefined};
  if (screen.anchor !== undefined) return changeScreen(quiet, {anchor: undefined});
  return screen.filter === '' ? {...quiet, look: 'by-patch'} : changeScreen(quiet, {filter: ''});
};

/** What works on every screen, in the order in which hints have room for it. */
export const everywhereBindings: readonly Binding[] = [
  ...stageNames.map((stage, i): Binding => ({
    id: `go-${stage}`,
    keys: [String(i + 1)],
    title: `go to ${stageTitles[stage]}`,
    tier: 'safe',
    where: 'everywhere',
    deed: () => goTo(stage),
  })),
  {
    id: 'stage-before',
    keys: ['['],
    title: 'go to the stage before',
    tier: 'safe',
    where: 'everywhere',
    deed: c => neighbour(c, -1),
  },
  {
    id: 'stage-after',
    keys: [']'],
    title: 'go to the next stage',
    tier: 'safe',
    where: 'everywhere',
    deed: c => neighbour(c, 1),
  },
  {
    id: 'filter',
    keys: ['/'],
    title: 'filter: words, field:value, field>=n, ! inverts, or',
    hint: 'filter',
    tier: 'safe',
    where: 'everywhere',
    deed: c => open({kind: 'filter', cursor: screenOf(c.state.ui).cursor}),
  },
  {
    id: 'back',
    keys: ['esc'],
    title: 'close what lies on top; clear the range, then the filter',
    tier: 'safe',
    where: 'everywhere',
    deed: () => change(back),
  },
  {
    id: 'palette',
    keys: [':'],
    title: 'find an action by its name',
    tier: 'safe',
    where: 'everywhere',
    deed: () => open({kind: 'palette', text: '', at: 0}),
  },
  {
    id: 'trouble',
    keys: ['!'],
    title: 'what is broken now, worst first, each with its next step',
    hint: 'trouble',
    tier: 'safe',
    where: 'everywhere',
    deed: () => open({kind: 'trouble', at: 0}),
  },
  {
    id: 'help',
    keys: ['?'],
    title: 'all keys of this screen',
    hint: 'help',
    tier: 'safe',
    where: 'everywhere',
    deed: () => open({kind: 'page', page: {of: 'help'}, top: 0}),
  },
  {
    id: 'stop',
    keys: ['X', 'ctrl+c'],
    title: 'stop: shows how, does nothing by itself',
    hint: 'stop',
    tier: 'confirm',
    where: 'everywhere',
    deed: c => (isStop(topLayer(c.state.ui)) ? change(ui => ui) : open(stopLayer(c.state))),
  },
  {
    id: 'suspend',
    keys: ['ctrl+z'],
    title: 'back to the shell; fg returns, the run goes on',
    tier: 'safe',
    where: 'everywhere',
    deed: () => ({do: 'suspend'}),
  },
  {
    id: 'quit',
    keys: ['q'],
    title: 'leave the console',
    tier: 'safe',
    where: 'everywhere',
    deed: c => {
      const layer = leaveLayer(c.state);
      return layer === undefined ? {do: 'leave'} : open(layer);
    },
  },
];
