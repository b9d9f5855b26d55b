import {expect, test, vi} from 'vitest';
import {displayWidth} from '../../components/display-width.ts';
import {begin, deployingShop, ended, host, phase, scanned, scannedShop} from './fleet.ts';
import {deskForEach, keys, type Shown} from './harness.tsx';

// Before ink is loaded: what it draws with decides at load whether there are colours at all.
vi.hoisted(() => {
  process.env['FORCE_COLOR'] = '1';
});

const desk = deskForEach();

const plain = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');
/** Foreground and background colours, not bold, dim and inverse. */
const colours = /\u001b\[(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;|48;)/;
const fits = (console: Shown, columns: number, rows: number): void => {
  const lines = plain(console.frame()).split('\n');
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
};

test('without colour there is none, and the cursor and every status are still told apart', async () => {
  deployingShop(desk.engine);
  const console = await desk.open({colour: false});
  for (const key of '12345') {
    await console.send(key);
    expect(console.frame()).not.toMatch(colours);
  }
  expect(plain(console.frame())).toMatch(/^ > /m);
});

test('with colour the 16 of ANSI are used, and red against green never', async () => {
  deployingShop(desk.engine);
  const console = await desk.open({colour: true});
  expect(console.frame()).toMatch(colours);
  expect(console.frame()).not.toMatch(/\u001b\[(?:38|48);|\u001b\[(?:31|32|91|92)m/);
});

test('--ascii draws nothing beyond ASCII on any screen', async () => {
  deployingShop(desk.engine);
  const console = await desk.open({ascii: true});
  for (const key of ['1', '2', '3', '4', '5', '!', keys.esc, '?', keys.esc, ':', keys.esc, 'X']) {
    await console.send(key);
    await new Promise(resolve => setTimeout(resolve, 90));
    expect(plain(console.frame())).toMatch(/^[\x20-\x7e\n]*$/);
  }
});

test.each([
  [60, 15],
  [80, 24],
  [100, 30],
  [200, 50],
])('nothing wraps and nothing is cut off below at %i x %i', async (columns, rows) => {
  deployingShop(desk.engine);
  const console = await desk.open({columns, rows, ascii: false});
  for (const key of ['1', '2', '3', '4', '5', '!', keys.esc, '?', keys.esc, ':', keys.esc, 'X']) {
    await console.send(key);
    await new Promise(resolve => setTimeout(resolve, 90));
    fits(console, columns, rows);
    expect(plain(console.frame())).toMatch(/(X|\^C) stop/);
  }
});

test.each([
  [60, 15],
  [80, 24],
])('the small tables fit into %i x %i, however long their words are', async (columns, rows) => {
  deployingShop(desk.engine);
  desk.engine.happenAll([phase('db1', 'rolled back'), phase('web10', 'failed', 'a'.repeat(200))]);
  const console = await desk.open({columns, rows, ascii: false, stage: 'deploy'});
  await console.send('m');
  await console.until('wave 3');
  fits(console, columns, rows);
  expect(plain(console.frame())).toContain('[4 Deploy]');
  await console.send(keys.esc);
  desk.engine.happenAll([ended('deploy'), phase('db1', 'staged'), phase('web10', 'staged')]);
  await console.until(/ended \d\d:\d\d/);
  await console.send('D');
  await console.until('Go on deploying');
  fits(console, columns, rows);
});

test('a wide terminal shows the columns that a narrow one drops', async () => {
  scannedShop(desk.engine);
  const narrow = await desk.open({columns: 60, rows: 15});
  expect(plain(narrow.frame())).not.toContain('HELD');
  expect(plain(narrow.frame())).toContain('STATUS');
  narrow.unmount();
  const wide = await desk.open({columns: 200, rows: 50});
  expect(plain(wide.frame())).toMatch(/SEC +ALL +NOT +HELD +REBOOT +AGE +SYSTEM/);
});

test('under 60x15 one line says so, no key does anything, and nothing is lost', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('j ');
  await console.until('1 selected');
  console.stdout.resize(59, 15);
  await console.until('too small: 59x15, 60x15 is needed; nothing is lost');
  expect(plain(console.frame()).trim().split('\n')).toHaveLength(1);
  await console.send('qqA');
  expect(console.left()).toBe(false);
  console.stdout.resize(80, 24);
  await console.until('1 selected');
});

test('names of every script keep the columns in line', async () => {
  begin(desk.engine, [host('web01', {groups: ['web']}), host('web02', {groups: ['web']})]);
  desk.engine.happenAll([
    scanned('web01', {os: 'デビアン 12'}),
    scanned('web02', {os: 'Debian 12'}),
    ended('identify'),
  ]);
  const console = await desk.open({columns: 80});
  fits(console, 80, 24);
});

test('10,000 hosts: only what is in sight is drawn, and a key looks at no other host', async () => {
  begin(
    desk.engine,
    Array.from({length: 10_000}, (_, i) => host(`web${String(i).padStart(5, '0')}`)),
  );
  const console = await desk.open();
  expect(plain(console.frame())).toContain('10,000 shown');
  await console.send('G');
  await console.until('web09999');
  await console.send('/web0123\r');
  await console.until('10/10,000');
  await console.send(keys.esc);
  await console.until('10,000 shown');
  const hosts = desk.engine.state().run?.hosts as Map<string, unknown>;
  let walks = 0;
  const values = hosts.values.bind(hosts);
  hosts.values = () => {
    walks += 1;
    return values();
  };
  for (let i = 0; i < 20; i++) await console.send('k');
  await console.until('>   web01210');
  expect(walks).toBe(0);
});

test('a screen reader hears sentences: no bars, no rules, the row under the cursor', async () => {
  deployingShop(desk.engine);
  const console = await desk.open({screenReader: true});
  const frame = plain(console.frame());
  expect(frame).toContain('row 1 of 3: host web10, phase ~ installing');
  expect(frame).toContain('64 %');
  expect(frame).not.toMatch(/##|--|[│─█]/);
});

test('DEMO and the fleet stand in the first row', async () => {
  const console = await desk.open({mode: 'demo'});
  expect(plain(console.rows()[0] ?? '')).toMatch(/shop-eu +DEMO$/);
});
