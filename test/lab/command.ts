import {spawn} from 'node:child_process';
import {PatchdeckError} from '../../src/model/error.ts';

export type CommandResult = {
  /** The exit status; null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
};
export type CommandOptions = {
  input?: string | Buffer;
  cwd?: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** The command is killed after this many milliseconds. */
  timeoutMs?: number;
};

/** Runs a program (no shell) to its end. Throws only when it cannot be started. */
export const run = async (
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: {...process.env, LC_ALL: 'C', ...options.env},
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    // A program may end without reading its input; what it did is told by its status.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('close', code => {
      resolve({code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString()});
    });
  });

/** The standard output of a program that must succeed. Throws `lab.command-failed` with the end of what it said. */
export const must = async (
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> => {
  const result = await run(program, args, options);
  if (result.code === 0) return result.stdout;
  const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new PatchdeckError(
    'outside',
    'lab.command-failed',
    `${[program, ...args].join(' ').slice(0, 400)} ended with ${String(result.code)}:\n${said}`,
    'Run the command by hand to see more.',
  );
};
