import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** The real program in a real terminal: keys go in, and the screen is read as a person would. */
export type RealTerminal = {
  /** Types keys, as bytes. */
  send(keys: string): void;
  /** The screen, one line a row, without what is blank at the ends. */
  screen(): string;
  /** Waits until the screen shows it, and gives the screen. Throws with the screen after `ms`. */
  until(wanted: string | RegExp, ms?: number): Promise<string>;
  /** Whether any cell has a colour of its own. */
  coloured(): boolean;
  /** The text that is drawn inverse. */
  inverse(): string;
  resize(columns: number, rows: number): void;
  /** Resolves with the exit code when the program has ended. */
  exited: Promise<number>;
  pid: number;
  kill(signal?: string): void;
};

export const openTerminal = (
  file: string,
  args: readonly string[],
  options: {columns?: number; rows?: number; env?: NodeJS.ProcessEnv; cwd?: string} = {},
): RealTerminal => {
  const columns = options.columns ?? 80;
  const rows = options.rows ?? 24;
  const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
  const env: NodeJS.ProcessEnv = {...process.env, TERM: 'xterm-256color', ...options.env};
  // Ink takes CI for a place without a terminal; the test's own place is none of the program's business.
  delete env['CI'];
  const pty = spawn(file, [...args], {
    name: env['TERM'] ?? 'xterm-256color',
    cols: columns,
    rows,
    cwd: options.cwd ?? process.cwd(),
    env,
  });
  pty.onData(data => screen.write(data));
  // Answers of the terminal (to queries of its position and kind) go back to the program.
  screen.onData(data => pty.write(data));
  const exited = new Promise<number>(resolve => pty.onExit(({exitCode}) => resolve(exitCode)));

  const read = (): string => {
    const {active} = screen.buffer;
    const lines = Array.from({length: screen.rows}, (_, i) =>
      (active.getLine(active.viewportY + i)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.join('\n').trimEnd();
  };

  type Cell = NonNullable<
    ReturnType<NonNullable<ReturnType<typeof screen.buffer.active.getLine>>['getCell']>
  >;
  const cells = (): Cell[] => {
    const {active} = screen.buffer;
    const found: Cell[] = [];
    for (let y = 0; y < screen.rows; y++) {
      for (let x = 0; x < screen.cols; x++) {
        const cell = active.getLine(active.viewportY + y)?.getCell(x);
        if (cell !== undefined) found.push(cell);
      }
    }
    return found;
  };

  return {
    coloured: () => cells().some(cell => !cell.isFgDefault() || !cell.isBgDefault()),
    inverse: () =>
      cells()
        .filter(cell => cell.isInverse() !== 0)
        .map(cell => cell.getChars() || ' ')
        .join(''),
    send: keys => pty.write(keys),
    screen: read,
    until: async (wanted, ms = 20_000) => {
      const deadline = Date.now() + ms;
      for (;;) {
        const text = read();
        if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text;
        if (Date.now() > deadline) throw new Error(`never shown in ${ms} ms: ${String(wanted)}\n${text}`);
        await new Promise(resolve => setTimeout(resolve, 25));
      }
    },
    resize: (wide, high) => {
      screen.resize(wide, high);
      pty.resize(wide, high);
    },
    exited,
    pid: pty.pid,
    kill: signal => pty.kill(signal),
  };
};
