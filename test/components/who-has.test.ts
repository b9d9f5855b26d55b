import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Body} from '../../src/record/event.ts';
import {FakeEngine} from './fake-engine.ts';
import {begin, ended, host, scanned} from './fleet.ts';
import {show, type Shown} from './harness.tsx';

let engine: FakeEngine;
let shown: Shown | undefined;
beforeEach(() => {
  engine = new FakeEngine(() => Date.now());
});
afterEach(() => shown?.unmount());

const installed = (name: string, version: string, source = name) => ({
  manager: 'apt',
  name,
  arch: 'amd64',
  version,
  source,
  sourceVersion: version,
  status: 'ii',
});

/** A host whose scan says what is installed. */
const having = (name: string, ...packages: ReturnType<typeof installed>[]): Body =>
  scanned(
    name,
    {},
    engine.keep({
      v: 1,
      host: name,
      at: '2026-11-24T03:00:00.000Z',
      managers: ['apt'],
      updates: [],
      installed: packages,
      facts: {
        os: {id: 'debian', version: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)'},
      },
    }),
  );

const fleet = (): void => {
  begin(
    engine,
    ['web1', 'web2', 'db1', 'mail1'].map(name => host(name)),
  );
  engine.happenAll([
    having(
      'web1',
      installed('openssl', '3.0.20-1~deb12u1'),
      installed('libssl3', '3.0.20-1~deb12u1', 'openssl'),
    ),
    having('web2', installed('openssl', '3.0.20-1~deb12u2')),
    having('db1', installed('openssl', '3.0.22-1~deb12u1')),
    ended('identify'),
  ]);
};

const find = async (words: string): Promise<string> => {
  fleet();
  shown = await show({engine, now: engine.now});
  await shown.until('web1');
  await shown.send('f');
  await shown.until('Who has this?');
  await shown.send(`${words}\r`);
  return shown.until(`Who has ${words}`);
};

test('f finds who has a version of a package or its source, and names who was not scanned', async () => {
  await find('openssl 3.0.20');
  const page = await shown?.until('2 of 3 hosts have it');
  expect(page).toContain('libssl3 3.0.20-1~deb12u1  of openssl  1 host');
  expect(page).toMatch(/openssl 3\.0\.20-1~deb12u2 {2}1 host\s+web2/);
  expect(page).not.toContain('db1');
  // Above the list, however long that is.
  expect(page).toMatch(/unknown +mail1: not scanned\. That is not "does not have it"[^]*libssl3/);
  await shown?.send('\u001b');
  await shown?.until('f find');
});

test('says so when no host has it, and when nothing was named that could be looked for', async () => {
  await find('nginx');
  await shown?.until('None of 3 hosts has it');
  await shown?.send('\u001b');
  await shown?.until('f find');
  await shown?.send('fa b c\r');
  await shown?.until('"a b c" does not name software; nothing was looked for');
});

test('asks again after another scan', async () => {
  await find('openssl 3.0.22');
  await shown?.until('1 of 3 hosts has it');
  engine.happen({
    ...having('web1', installed('openssl', '3.0.22-1~deb12u1')),
  });
  await shown?.until('2 of 3 hosts have it');
});

test('finds nothing before a scan, and says which key begins one', async () => {
  begin(engine, [host('web1')]);
  engine.happen(ended('identify'));
  shown = await show({engine, now: engine.now});
  await shown.until('web1');
  await shown.send('f');
  await shown.until('no host was scanned yet: b begins the scan');
});
