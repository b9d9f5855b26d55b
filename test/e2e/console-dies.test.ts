import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {advance} from '../../src/demo/host.ts';
import {openTerminal, type RealTerminal} from './terminal.ts';

const minute = 60_000;

/** The console ends by anything but its own will; the hosts finish, and the next one is at the same place. */
describe('a console on a run with a host in the middle of its upgrade', () => {
  let folder: string;
  let fleet: FaultyFleet;
  let shell: RealTerminal | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchdeck-dies-'));
    fleet = await startFaultyFleet({folder} as Parameters<typeof startFaultyFleet>[0], ['api2', 'cache1'], {
      canaries: ['api2'],
    });
    for (const words of [['scan'], ['plan', '--security']]) {
      const {code, said} = await command(...words);
      expect(code === 0 ? '' : said).toBe('');
    }
    // So slow that a console has time to die in it.
    for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 4});
    const killed = spawn('node', args('test', '--yes'), {stdio: 'ignore'});
    const ended = new Promise(resolve => killed.once('close', resolve));
    await atWork();
    killed.kill('SIGKILL');
    await ended;
  }, minute);
  afterEach(async () => {
    shell?.kill('SIGKILL');
    await shell?.exited;
    shell = undefined;
    await fleet.close();
    await rm(folder, {recursive: true, force: true});
  });

  const args = (...words: string[]): string[] => [
    'bin/patchdeck.js',
    ...words,
    '--state-dir',
    join(folder, 'state'),
    ...fleet.reach,
  ];
  const command = async (...words: string[]): Promise<{code: number | null; said: string}> => {
    const child = spawn('node', args(...words), {stdio: ['ignore', 'pipe', 'pipe']});
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return await new Promise(resolve => child.once('close', code => resolve({code, said})));
  };
  const installs = () => {
    const {host} = fleet.get('api2');
    advance(host, Date.now());
    return [...host.jobs.values()].filter(job => job.verb === 'apt.install');
  };
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + minute;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`it never came true: ${what}\n${shell?.screen() ?? ''}`);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  };
  const atWork = (): Promise<void> => until('api2 is being upgraded', () => installs().length === 1);
  /** The console in a shell of a terminal, as an operator has it; gives its process. `env` is a part of the command, as is what comes `after` it. */
  const openConsole = async (env = '', after = ''): Promise<{terminal: RealTerminal; pid: number}> => {
    const terminal = openTerminal('bash', ['--norc', '-i'], {env: {PS1: 'shell> '}, columns: 120, rows: 30});
    shell = terminal;
    await terminal.until('shell>');
    terminal.send(`sh -c 'echo pid=$$; ${env} exec node ${args('open').join(' ')}'${after}\r`);
    const [, pid = ''] = /pid=(\d+)/.exec(await terminal.until(/pid=\d+/)) ?? [];
    await terminal.until('Identify', minute);
    return {terminal, pid: Number(pid)};
  };
  /** The job went on without anybody, and the same command goes on where the run was. */
  const sameAgain = async (): Promise<void> => {
    for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 400});
    const {code, said} = await command('test', '--yes', '--sign-off', 'tester', '--reason', 'good');
    expect(code === 0 ? '' : said).toBe('');
    const runs = await command('runs');
    expect(runs.said).toContain('test complete');
  };

  test.each(['SIGTERM', 'SIGHUP'] as const)(
    'that gets %s: the terminal is as before, the host finishes, and the next start is at the same place',
    async signal => {
      const {terminal, pid} = await openConsole();
      process.kill(pid, signal);
      await terminal.until(/shell> *$/, minute);
      expect(terminal.screen()).not.toContain('Identify');
      terminal.send('echo "exit $?"\r');
      await terminal.until(/^exit 130$/m);
      terminal.send('stty -a | tr " " "\\n" | grep -x -e icanon -e echo | sort | tr "\\n" " "; echo done\r');
      await terminal.until('echo icanon done');
      await sameAgain();
    },
    3 * minute,
  );

  test(
    'whose terminal is closed: it ends and frees the run, the host finishes, and the next start is at the same place',
    async () => {
      const {terminal, pid} = await openConsole();
      terminal.kill('SIGHUP');
      await until('the console has ended', () => !existsSync(`/proc/${pid}`));
      await sameAgain();
    },
    3 * minute,
  );

  /** Looked at until it is so: nobody gives the terminal back at the very moment of the death. */
  const modes =
    '; for i in $(seq 100); do stty -a | grep -qw -e -icanon || break; sleep 0.1; done; stty -a | tr " " "\\n" | grep -x -e icanon -e echo | sort | tr "\\n" " "; echo done';
  const givenBack = async (terminal: RealTerminal): Promise<void> => {
    const screen = await terminal.until('echo icanon done', minute);
    expect(screen).toContain('the console was ended from outside or ran out of memory');
    expect(screen).not.toContain('1 Identify');
  };

  test(
    'that is killed with -9: the terminal is given back, the host finishes, and the next start is at the same place',
    async () => {
      const {terminal, pid} = await openConsole('', modes);
      process.kill(pid, 'SIGKILL');
      await givenBack(terminal);
      await sameAgain();
    },
    3 * minute,
  );

  test(
    'that runs out of memory: the terminal is given back, the host finishes, and the next start is at the same place',
    async () => {
      const eat = join(folder, 'eat');
      const preload = new URL('../faults/out-of-memory.ts', import.meta.url).href;
      const {terminal} = await openConsole(
        `PATCHDECK_TEST_EAT=${eat} NODE_OPTIONS="--max-old-space-size=150 --import ${preload}"`,
        modes,
      );
      await writeFile(eat, 'main');
      await givenBack(terminal);
      await sameAgain();
    },
    3 * minute,
  );

  test(
    'whose engine runs out of memory: it says so, leaves a clean terminal, and the next start is at the same place',
    async () => {
      const eat = join(folder, 'eat');
      const preload = new URL('../faults/out-of-memory.ts', import.meta.url).href;
      const {terminal} = await openConsole(
        `PATCHDECK_TEST_EAT=${eat} NODE_OPTIONS="--max-old-space-size=150 --import ${preload}"`,
      );
      await writeFile(eat, 'engine');
      await terminal.until(/the engine stopped/, minute);
      terminal.send('q');
      await terminal.until(/shell> *$/, minute);
      await sameAgain();
    },
    3 * minute,
  );

  test(
    'a command whose output nobody reads any more (a closed pipe) does its work to the end',
    async () => {
      for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 400});
      const words = args('test', '--yes', '--json')
        .map(word => `'${word}'`)
        .join(' ');
      const piped = spawn('sh', ['-c', `node ${words} 2>/dev/null | head -n 1`], {stdio: 'ignore'});
      await new Promise(resolve => piped.once('close', resolve));
      await sameAgain();
    },
    3 * minute,
  );
});
