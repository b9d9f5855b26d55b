import {execFile} from 'node:child_process';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, expect, test} from 'vitest';
import {openTerminal, type RealTerminal} from './terminal.ts';

const run = promisify(execFile);
const minute = 60_000;
let terminal: RealTerminal | undefined;

afterEach(async () => {
  terminal?.kill();
  await terminal?.exited;
  terminal = undefined;
});

const demo = (options: Parameters<typeof openTerminal>[2] = {}, ...flags: string[]): RealTerminal => {
  terminal = openTerminal('node', ['bin/patchdeck.js', 'demo', '--speed', '12', ...flags], options);
  return terminal;
};

test(
  'Ctrl-Z gives the shell back, fg brings the console back as it was, and q leaves a clean terminal',
  async () => {
    const shell = openTerminal('bash', ['--norc', '-i'], {env: {PS1: 'shell> '}});
    terminal = shell;
    await shell.until('shell>');
    shell.send('node bin/patchdeck.js demo\r');
    await shell.until('b begins the scan', minute);
    shell.send('/web\r');
    shell.send('2');
    await shell.until('[2 Prioritize]');
    shell.send('\u001a');
    await shell.until(/Stopped/);
    expect(shell.screen()).not.toContain('Prioritize');
    shell.send('fg\r');
    await shell.until('[2 Prioritize]');
    shell.send('1');
    await shell.until('[1 Identify]');
    shell.send('q');
    await shell.until(/shell> *$/, minute);
    expect(shell.screen()).not.toContain('Identify');
    shell.send('echo typed as ever\r');
    await shell.until(/^typed as ever$/m);
  },
  3 * minute,
);

test(
  'a terminal that gets too small says so, and shows the same again when it is large enough',
  async () => {
    const console = demo();
    await console.until('b begins the scan', minute);
    console.send('3');
    await console.until('[3 Test]');
    console.resize(50, 12);
    await console.until('too small: 50x12');
    console.resize(100, 30);
    const screen = await console.until('[3 Test]');
    expect(screen.split('\n').every(line => line.length <= 100)).toBe(true);
    await console.until('X stop');
  },
  2 * minute,
);

test(
  'a key sequence that the link tears apart, a packet of several keys, and a paste',
  async () => {
    const console = demo();
    await console.until('b begins the scan', minute);
    console.send('b');
    await console.until('23 of 24 answered', minute);
    console.send('jjj');
    await console.until(/^ > {3}api4/m);
    console.send('\u001b');
    await new Promise(resolve => setTimeout(resolve, 40));
    console.send('[A');
    await console.until(/^ > {3}api3/m);
    console.send('\u001b[200~qqq\u001b[201~');
    await console.until('pasted text was not taken');
    console.send('k\r');
    await console.until(/^ api2 .* of \d+$/m);
  },
  2 * minute,
);

test(
  'NO_COLOR: no colour code is sent, and --ascii sends nothing but ASCII',
  async () => {
    const console = demo({env: {NO_COLOR: '1'}}, '--ascii');
    await console.until('b begins the scan', minute);
    console.send('b');
    await console.until('23 of 24 answered', minute);
    expect(console.screen()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(console.coloured()).toBe(false);
    expect(console.inverse()).toMatch(/^ *> /);
  },
  2 * minute,
);

test('without a terminal the program names the subcommands and draws nothing', async () => {
  const ended = await run('node', ['bin/patchdeck.js', 'demo']).catch((error: unknown) => error);
  expect(ended).toMatchObject({code: 2, stdout: ''});
  expect((ended as {stderr: string}).stderr).toMatch(/needs a terminal.*\n?.*subcommands: scan, plan/s);
});

test(
  'TERM=dumb is refused with the same word',
  async () => {
    const console = demo({env: {TERM: 'dumb'}});
    await console.until('TERM=dumb', minute);
    expect(await console.exited).toBe(2);
  },
  2 * minute,
);

test.each(['SIGHUP', 'SIGTERM'])(
  '%s ends the demo with 130, and nothing of it is left on the disk',
  async signal => {
    const folder = await mkdtemp(join(tmpdir(), 'patchdeck-manners-'));
    try {
      const console = demo({env: {TMPDIR: folder}});
      await console.until('b begins the scan', minute);
      expect(await readdir(folder)).toHaveLength(1);
      console.kill(signal);
      expect(await console.exited).toBe(130);
      expect(await readdir(folder)).toEqual([]);
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  },
  2 * minute,
);
