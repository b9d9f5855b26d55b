import process from 'node:process';
import {render, useApp} from 'ink';
import {useEffect} from 'react';
import type {Engine} from '../src/engine/interface.ts';
import type {StageName} from '../src/model/phase.ts';
import type {ShallowRule} from '../src/model/policy.ts';
import {Console} from './console.tsx';
import {makeConsoleStore, type ConsoleStore} from './console-store.ts';
import {suspend} from './keys/suspend.ts';
import {makeTheme} from './theme.ts';

export {terminalRefusal} from './terminal-refusal.ts';

export type ConsoleOptions = {
  engine: Engine;
  mode: 'live' | 'demo' | 'read-only';
  fleet: string;
  ascii: boolean;
  colour: boolean;
  screenReader: boolean;
  stdin?: NodeJS.ReadStream;
  stdout?: NodeJS.WriteStream;
  /** Milliseconds since 1970. */
  now(): number;
  operator: string;
  /** At which hosts the first scan only glances, by the policy that the console was opened with. */
  shallow?: ShallowRule | undefined;
  initialStage?: StageName;
};

/** How the operator left: for good, or to take the run over; and on which screen. */
export type Left = {how: 'quit' | 'take-over'; stage: StageName};

/**
 * Shows the console until the operator leaves. The engine stays open: closing it is the caller's. Whether there is a
 * terminal to draw on is asked before, with `terminalRefusal`.
 */
export const startConsole = async (options: ConsoleOptions): Promise<Left> => {
  const stdout = options.stdout ?? process.stdout;
  const app: {use?: ReturnType<typeof useApp>} = {};
  let how: Left['how'] = 'quit';
  const store = makeConsoleStore({
    ...options,
    now: () => options.now(),
    theme: makeTheme(options),
    size: {columns: stdout.columns || 80, rows: stdout.rows || 24},
    suspend: async () => {
      if (app.use !== undefined) await suspend(app.use.suspendTerminal);
    },
    leave: () => app.use?.exit(),
    takeOver: () => {
      how = 'take-over';
      app.use?.exit();
    },
  });
  const instance = render(<Root store={store} ready={use => (app.use = use)} />, {
    stdout,
    stdin: options.stdin ?? process.stdin,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: true,
    maxFps: 30,
    // The caller has seen that there is a terminal; a variable named CI does not change that.
    interactive: true,
    isScreenReaderEnabled: options.screenReader,
  });
  try {
    await instance.waitUntilExit();
  } finally {
    store.close();
  }
  return {how, stage: store.get().ui.stage};
};

const Root = (props: {store: ConsoleStore; ready: (use: ReturnType<typeof useApp>) => void}) => {
  const use = useApp();
  const {ready} = props;
  useEffect(() => {
    ready(use);
  }, [ready, use]);
  return <Console store={props.store} />;
};
