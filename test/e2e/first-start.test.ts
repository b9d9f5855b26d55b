import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {openTerminal, type RealTerminal} from './terminal.ts';

let folder: string;
let terminal: RealTerminal | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-first-'));
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  await rm(folder, {recursive: true, force: true});
});

const start = (): RealTerminal => {
  terminal = openTerminal(process.execPath, [resolve('bin/patchdeck.js')], {
    cwd: folder,
    env: {HOME: folder, XDG_STATE_HOME: join(folder, 'state'), PATCHDECK_INVENTORY: ''},
  });
  return terminal;
};

it('a first start without an inventory asks which of those that are there to begin with, and begins', async () => {
  await writeFile(join(folder, 'hosts'), 'web[1:3]\n');
  await writeFile(join(folder, 'hosts.csv'), 'name\ndb1\n');
  const console = start();
  const asked = await console.until('Which one?');
  expect(asked).toMatch(/1 {2}hosts +Ansible, 3 hosts\n +2 {2}hosts\.csv +a sheet, 1 host/);
  console.send('2\r');
  await console.until('b begins the scan');
  console.send('q');
  expect(await console.exited).toBe(0);
  expect(console.screen()).toContain('next time: patchdeck --inventory hosts.csv');
});

it('a first start at which none of them is chosen says what to do, and does nothing', async () => {
  await writeFile(join(folder, 'hosts'), 'web1\n');
  const console = start();
  await console.until('Which one?');
  console.send('\r');
  expect(await console.exited).toBe(2);
  expect(console.screen()).toContain('run one of these, or write patchdeck.yaml');
});
