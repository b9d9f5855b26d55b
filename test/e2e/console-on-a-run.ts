import {spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {advance} from '../../src/demo/host.ts';
import {openTerminal, type RealTerminal} from './terminal.ts';

export const minute = 60_000;

/** The real console on a run with a host in the middle of its upgrade, for tests in which it ends by anything but its own will. */
export type ConsoleOnARun = {
  readonly folder: string;
  readonly fleet: FaultyFleet;
  /** The words of a command, to be given to node. */
  readonly args: (...words: string[]) => string[];
  /** The console in a shell of a terminal, as an operator has it; gives its process. `env` is a part of the command, as is what comes `after` it. */
  readonly openConsole: (env?: string, after?: string) => Promise<{terminal: RealTerminal; pid: number}>;
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
  /** The job went on without anybody, and the same command goes on where the run was. */
  readonly sameAgain: () => Promise<void>;
};

/** Called once by a test file, outside of its tests. */
export const consoleOnARun = (): ConsoleOnARun => {
  let open: {folder: string; fleet: FaultyFleet} | undefined;
  let shell: RealTerminal | undefined;
  const there = (): {folder: string; fleet: FaultyFleet} => {
    if (open === undefined) throw new Error('the console is there in a test only');
    return open;
  };

  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchdeck-dies-'));
    const fleet = await startFaultyFleet(
      {folder} as Parameters<typeof startFaultyFleet>[0],
      ['api2', 'cache1'],
      {canaries: ['api2']},
    );
    open = {folder, fleet};
    for (const words of [['scan'], ['plan', '--security']]) {
      const {code, said} = await command(...words);
      expect(code === 0 ? '' : said).toBe('');
    }
    // So slow that a console has time to die in it.
    for (const {host} of fleet.hosts.values()) Object.assign(host, {speed: 4});
    const killed = spawn('node', here.args('test', '--yes'), {stdio: 'ignore'});
    const ended = new Promise(resolve => killed.once('close', resolve));
    await here.until('api2 is being upgraded', () => installs() === 1);
    killed.kill('SIGKILL');
    await ended;
  }, minute);
  afterEach(async () => {
    shell?.kill('SIGKILL');
    await shell?.exited;
    shell = undefined;
    await open?.fleet.close();
    if (open !== undefined) await rm(open.folder, {recursive: true, force: true});
    open = undefined;
  });

  const command = async (...words: string[]): Promise<{code: number | null; said: string}> => {
    const child = spawn('node', here.args(...words), {stdio: ['ignore', 'pipe', 'pipe']});
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return await new Promise(resolve => child.once('close', code => resolve({code, said})));
  };
  const installs = (): number => {
    const {host} = there().fleet.get('api2');
    advance(host, Date.now());
    return [...host.jobs.values()].filter(job => job.verb === 'apt.install').length;
  };
  const here: ConsoleOnARun = {
    get folder() {
      return there().folder;
    },
    get fleet() {
      return there().fleet;
    },
    args: (...words) => [
      'bin/patchdeck.js',
      ...words,
      '--state-dir',
      join(there().folder, 'state'),
      ...there().fleet.reach,
    ],
    openConsole: async (env = '', after = '') => {
      // Not bash, which gives a terminal its modes back by itself: here it is the console that has to.
      const terminal = openTerminal('dash', ['-i'], {
        env: {PS1: 'shell> '},
        columns: 120,
        rows: 30,
      });
      shell = terminal;
      await terminal.until('shell>');
      terminal.send(`sh -c 'echo pid=$$; ${env} exec node ${here.args('open').join(' ')}'${after}\r`);
      const [, pid = ''] = /pid=(\d+)/.exec(await terminal.until(/pid=\d+/)) ?? [];
      await terminal.until('Identify', minute);
      return {terminal, pid: Number(pid)};
    },
    until: async (what, holds) => {
      const deadline = Date.now() + minute;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`it never came true: ${what}\n${shell?.screen() ?? ''}`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
    sameAgain: async () => {
      for (const {host} of there().fleet.hosts.values()) Object.assign(host, {speed: 400});
      const {code, said} = await command('test', '--yes', '--sign-off', 'tester', '--reason', 'good');
      expect(code === 0 ? '' : said).toBe('');
      const runs = await command('runs');
      expect(runs.said).toContain('test complete');
    },
  };
  return here;
};
