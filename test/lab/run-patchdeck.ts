import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Lab} from './lab.ts';

/** One JSON line of a command: a journaled event, or its result. */
export type Line = {type: string; data?: Record<string, unknown>; [key: string]: unknown};
export type Answer = {exit: number | null; lines: Line[]; result: Line; said: string};

/** The real program, as an operator's shell would run it, with a state directory of its own. */
export type Patchdeck = {
  stateDir: string;
  /** Runs a command with --json to its end. */
  run(...args: string[]): Promise<Answer>;
  /** Starts one and leaves it running; `line` resolves with the first line that matches. */
  start(...args: string[]): {
    child: ChildProcess;
    line(wanted: (line: Line) => boolean): Promise<Line>;
    ended: Promise<Answer>;
  };
};

const program = fileURLToPath(new URL('../../bin/patchdeck.js', import.meta.url));

/** `patchdeck` on the lab's inventory, with the sudo password that lab2 wants in a file. */
export const patchdeckOn = async (lab: Lab): Promise<Patchdeck> => {
  const directory = await mkdtemp(join(tmpdir(), 'patchdeck-lab-test-'));
  const stateDir = join(directory, 'state');
  const password = join(directory, 'password');
  await writeFile(password, `${lab.opsPassword}\n`, {mode: 0o600});
  const common = ['--json', '--state-dir', stateDir, '--inventory', lab.inventoryPath];
  const reach = [
    '--ssh-config',
    lab.sshConfigPath,
    '--become-password-file',
    password,
    '--operator',
    'tester',
  ];

  const start: Patchdeck['start'] = (...args) => {
    const child = spawn(process.execPath, [program, ...args, ...common, ...reach], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, XDG_CACHE_HOME: join(directory, 'cache')},
    });
    const lines: Line[] = [];
    const waiting = new Set<(line: Line) => void>();
    let rest = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = JSON.parse(part) as Line;
        lines.push(line);
        for (const look of waiting) look(line);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = new Promise<Answer>(resolve => {
      child.once('close', exit => {
        resolve({exit, lines, result: lines.at(-1) ?? {type: 'none'}, said});
      });
    });
    const line = (wanted: (candidate: Line) => boolean): Promise<Line> =>
      new Promise((resolve, reject) => {
        const look = (candidate: Line): void => {
          if (!wanted(candidate)) return;
          waiting.delete(look);
          resolve(candidate);
        };
        lines.forEach(look);
        waiting.add(look);
        void ended.then(answer => reject(new Error(`ended before that line: ${answer.said}`)));
      });
    return {child, line, ended};
  };
  return {stateDir, start, run: (...args) => start(...args).ended};
};

/** The version of a package that dpkg says is installed and configured on a host; '' when it is not. */
export const versionOn = async (lab: Lab, host: string, name: string): Promise<string> => {
  const {stdout} = await lab.shell(
    host,
    `dpkg-query -W -f='\${db:Status-Abbrev} \${Version}' ${name} 2>/dev/null || true`,
  );
  return /^[ih]i +(\S+)/.exec(stdout)?.[1] ?? '';
};
