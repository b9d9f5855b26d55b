import {render} from 'ink';
import {afterEach, beforeEach} from 'vitest';
import {Console} from '../../components/console.tsx';
import {makeConsoleStore} from '../../components/console-store.ts';
import {makeTheme} from '../../components/theme.ts';
import type {StageName} from '../../src/model/phase.ts';
import type {ShallowRule} from '../../src/model/policy.ts';
import {FakeEngine} from './fake-engine.ts';
import {FakeStdin, FakeStdout} from './terminal.ts';

export type Shown = Awaited<ReturnType<typeof show>>;

type Options = {
  engine?: FakeEngine;
  columns?: number;
  rows?: number;
  mode?: 'live' | 'demo' | 'read-only';
  ascii?: boolean;
  colour?: boolean;
  screenReader?: boolean;
  stage?: StageName;
  shallow?: ShallowRule;
  now?: () => number;
};

/** The console on a terminal of our own. `unmount` when done: it holds a timer. */
export const show = async (options: Options = {}) => {
  const now = options.now ?? (() => Date.now());
  const engine = options.engine ?? new FakeEngine(now);
  const stdout = new FakeStdout(options.columns ?? 80, options.rows ?? 24);
  const stdin = new FakeStdin();
  let left = false;
  let takenOver = false;
  let suspended = 0;
  const store = makeConsoleStore({
    engine,
    mode: options.mode ?? 'live',
    fleet: 'shop-eu',
    operator: 'kim',
    shallow: options.shallow,
    theme: makeTheme({
      ascii: options.ascii ?? true,
      colour: options.colour ?? false,
      screenReader: options.screenReader ?? false,
    }),
    now,
    size: {columns: stdout.columns, rows: stdout.rows},
    ...(options.stage === undefined ? {} : {initialStage: options.stage}),
    suspend: () => {
      suspended += 1;
      return Promise.resolve();
    },
    leave: () => (left = true),
    takeOver: () => (takenOver = true),
  });
  const app = render(<Console store={store} />, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    isScreenReaderEnabled: options.screenReader ?? false,
  });
  const frame = (): string => stdout.frames.findLast(text => !text.startsWith('\u001b[?')) ?? '';
  // Raw mode is on and keys are read one tick after the first frame.
  await pause(10);
  return {
    engine,
    stdout,
    store,
    frame,
    /** The rows of the frame. */
    rows: (): string[] => frame().split('\n'),
    left: () => left,
    takenOver: () => takenOver,
    suspended: () => suspended,
    /** Sends one packet as it is. */
    send: async (packet: string): Promise<void> => {
      stdin.write(packet);
      await pause(5);
    },
    /** Waits until a frame shows what is looked for; says what was there instead. */
    until: (wanted: string | RegExp) => until(frame, wanted, true),
    untilGone: (unwanted: string | RegExp) => until(frame, unwanted, false),
    unmount: () => {
      app.unmount();
      store.close();
    },
  };
};

/** Called once by a test file, outside of its tests: for each of them an engine of its own, and a console on it that goes with the test. */
export const deskForEach = () => {
  const desk = {
    engine: new FakeEngine(() => Date.now()),
    shown: undefined as Shown | undefined,
    open: async (options: Options = {}): Promise<Shown> =>
      (desk.shown = await show({engine: desk.engine, now: desk.engine.now, ...options})),
  };
  beforeEach(() => {
    desk.engine = new FakeEngine(() => Date.now());
  });
  afterEach(() => desk.shown?.unmount());
  return desk;
};

export const keys = {
  enter: '\r',
  esc: '\u001b',
  up: '\u001b[A',
  down: '\u001b[B',
  pageDown: '\u001b[6~',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlZ: '\u001a',
} as const;

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

const until = async (frame: () => string, wanted: string | RegExp, there: boolean): Promise<string> => {
  const deadline = Date.now() + 3000;
  for (;;) {
    const text = frame();
    const found = typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
    if (found === there) return text;
    if (Date.now() > deadline)
      throw new Error(`${there ? 'never shown' : 'still shown'}: ${String(wanted)}\n${text}`);
    await pause(10);
  }
};
