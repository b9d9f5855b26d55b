import type {EngineState} from '../src/engine/interface.ts';
import type {HoleAnswer} from '../src/model/hole.ts';
import type {Ranking} from '../src/model/patch.ts';
import type {Decision, ShallowRule} from '../src/model/policy.ts';
import {stageNames, type StageName} from '../src/model/phase.ts';
import type {RollbackPoint} from '../src/model/rollback.ts';
import type {Scan} from '../src/model/scan.ts';
import type {SoftwareAnswer} from '../src/model/software.ts';
import {screenIdOf} from './screens/screen-id.ts';
import type {Theme} from './theme.ts';
import type {Layer, ScreenUi, Ui} from './ui.ts';

export type Mode = 'live' | 'demo' | 'read-only';

/** A file of the store that is being shown: not there yet, there, or why not. */
export type Loaded<T> = {digest: string; value?: T; error?: string};

export type ConsoleState = {
  ui: Ui;
  engine: EngineState;
  /** Counts up when hosts or run changed: the map of hosts is the same object all the time. */
  version: number;
  ranking: Loaded<Ranking> | undefined;
  /** What a policy made of the ranking. */
  decision: Loaded<Decision> | undefined;
  scan: Loaded<Scan> | undefined;
  point: Loaded<RollbackPoint> | undefined;
  /** Where a vulnerability is, or what a host has; its digest is that of the ranking and what was asked. */
  holes: Loaded<HoleAnswer> | undefined;
  /** Who has some software; its digest is what was asked, and of which state of the run. */
  software: Loaded<SoftwareAnswer> | undefined;
  log: {host: string; text: string} | undefined;
  /** What the engine is doing at the operator's word before it answers, in words. */
  asked: string | undefined;
  /** When the question on top came to be seen: what was typed for something else must not answer it. */
  questionSince: number;
  mode: Mode;
  fleet: string;
  operator: string;
  /** At which hosts the first scan only glances. */
  shallow: ShallowRule | undefined;
  theme: Theme;
  now: number;
};

export const emptyScreen: ScreenUi = {
  cursor: undefined,
  at: 0,
  top: 0,
  filter: '',
  sort: undefined,
  reverse: false,
  selected: new Set(),
  anchor: undefined,
  held: undefined,
};

export const firstUi = (stage: StageName, size: Ui['size']): Ui => ({
  stage,
  look: 'by-patch',
  screens: {
    identify: emptyScreen,
    prioritize: emptyScreen,
    test: emptyScreen,
    deploy: emptyScreen,
    verify: emptyScreen,
    'by-cve': emptyScreen,
    'by-host': emptyScreen,
  },
  layers: [],
  message: undefined,
  answer: '',
  seen: new Set(),
  suspects: {},
  undo: undefined,
  size,
});

export const screenOf = (ui: Ui): ScreenUi => ui.screens[screenIdOf(ui)];

export const changeScreen = (ui: Ui, next: Partial<ScreenUi>): Ui => ({
  ...ui,
  screens: {...ui.screens, [screenIdOf(ui)]: {...screenOf(ui), ...next}},
});

export const topLayer = (ui: Ui): Layer | undefined => ui.layers.at(-1);

/** Replaces the layer on top. */
export const changeLayer = (ui: Ui, layer: Layer): Ui => ({
  ...ui,
  layers: [...ui.layers.slice(0, -1), layer],
});

export const closeLayer = (ui: Ui): Ui => ({...ui, layers: ui.layers.slice(0, -1)});

/** The stage where the operator has to look first: the one that runs, else the last that was begun and its successor. */
export const stageToOpen = (state: EngineState): StageName => {
  const {run} = state;
  if (run === undefined) return 'identify';
  const running = stageNames.find(name => run.run.stages[name].status === 'running');
  if (running !== undefined) return running;
  return stageNames.findLast(name => run.run.stages[name].status !== 'not-started') ?? 'identify';
};
