import {spawn, type ChildProcess} from 'node:child_process';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';

/** The last line of every command with --json. */
export const resultSchema = z.object({
  type: z.literal('result'),
  command: z.string(),
  exit: z.int(),
  summary: z.string(),
  run: z.string().optional(),
  problems: z.array(
    z.object({host: z.string().optional(), code: z.string(), what: z.string(), next: z.string()}),
  ),
});
export type CommandResult = z.infer<typeof resultSchema>;
const lineSchema = z.looseObject({type: z.string()});
export type Line = z.infer<typeof lineSchema>;

/** What the real program did. */
export type Ended = {exit: number | null; stdout: string; stderr: string};

export type Started = {
  child: ChildProcess;
  /** Everything of stderr so far. */
  said(): string;
  /** Resolves once stderr has this. */
  says(wanted: RegExp): Promise<void>;
  ended: Promise<Ended>;
};

/** A place of its own for the program: state, cache, configuration and temporary files are here and nowhere else. */
export type Place = {
  folder: string;
  stateDir: string;
  tmp: string;
  env: Record<string, string>;
  start(args: readonly string[], options?: StartOptions): Started;
  run(...args: string[]): Promise<Ended>;
  remove(): Promise<void>;
};

type StartOptions = {env?: Record<string, string>; launcher?: readonly string[]; cwd?: string};

export const launcher = fileURLToPath(new URL('../../bin/patchdeck.js', import.meta.url));
/** A command that hangs is ended after this; the test then fails for its exit code. */
const patienceMs = 90_000;

export const makePlace = async (): Promise<Place> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-commands-'));
  const tmp = join(folder, 'tmp');
  const stateDir = join(folder, 'state');
  await mkdir(tmp);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATCHDECK_STATE_DIR: stateDir,
    TMPDIR: tmp,
    LC_ALL: 'C',
  };
  const start: Place['start'] = (args, options = {}) => {
    const [program = process.execPath, ...before] = options.launcher ?? [process.execPath, launcher];
    const child = spawn(program, [...before, ...args], {
      cwd: options.cwd ?? folder,
      env: {...env, ...options.env},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return follow(child);
  };
  return {
    folder,
    stateDir,
    tmp,
    env,
    start,
    run: (...args) => start(args).ended,
    remove: () => rm(folder, {recursive: true, force: true}),
  };
};

const follow = (child: ChildProcess): Started => {
  let stdout = '';
  let stderr = '';
  const looks = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const look of looks) look();
  });
  const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', exit => {
      clearTimeout(late);
      resolve({exit, stdout, stderr});
    });
  });
  const says = (wanted: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!wanted.test(stderr)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${String(wanted)}: ${stderr}`)));
    });
  return {child, said: () => stderr, says, ended};
};

/** Every line of stdout, each a JSON object. Throws for anything else. */
export const jsonLines = ({stdout}: Ended): Line[] => {
  if (stdout !== '' && !stdout.endsWith('\n')) throw new Error(`the last line is cut: ${stdout.slice(-200)}`);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map(line => lineSchema.parse(JSON.parse(line)));
};

/** The result of a command with --json: the last line, and the only result. */
export const resultOf = (ended: Ended): CommandResult => {
  const lines = jsonLines(ended);
  const results = lines.filter(line => line.type === 'result');
  if (results.length !== 1) throw new Error(`${results.length} results: ${ended.stdout.slice(-500)}`);
  return resultSchema.parse(lines.at(-1));
};
