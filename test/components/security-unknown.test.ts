import {afterEach, beforeEach, expect, test} from 'vitest';
import {updateSchema} from '../../src/model/package.ts';
import {scan, update} from '../policy/example-fleet.ts';
import {FakeEngine} from './fake-engine.ts';
import {begin, ended, host, patch, rankedShop, scanned} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let engine: FakeEngine;
let shown: Shown | undefined;
beforeEach(() => {
  engine = new FakeEngine(() => Date.now());
});
afterEach(() => shown?.unmount());

const open = async (): Promise<Shown> => {
  shown = await show({engine, now: engine.now});
  return shown;
};

test('a host whose repositories do not say what is a security fix is never clean nor merely behind', async () => {
  begin(engine, [host('app1'), host('app2')]);
  const pending = updateSchema.parse(update('tool', {manager: 'dnf4', origin: 'updates', security: null}));
  engine.happenAll([
    scanned('app1', {security: 0, securityUnknown: 12}, engine.keep(scan('app1', [pending]))),
    scanned('app2', {security: 2, securityUnknown: 1}),
    ended('identify'),
  ]);
  const console = await open();
  const frame = console.frame();
  expect(frame).toMatch(/app1 +! +exposed\? +\? +12/);
  expect(frame).toMatch(/app2 +! +exposed +2\+\? +12/);
  expect(frame).toContain('1 exposed, 2 security fixes, 1 perhaps');
  expect(frame).toContain('of 12 nobody says');
  await console.send(keys.enter);
  expect(await console.until('1 update pending')).toMatch(/! sec\? tool/);
});

test('a patch of such a repository is told from both a security fix and another update', async () => {
  rankedShop(engine);
  const unknown = patch('tool', '2', {
    security: null,
    origin: 'updates',
    score: 99,
    advisories: [
      {id: 'RHSA-2026:1', severity: 'high', cves: [], reboot: true},
      {id: 'RHBA-2026:2', cves: []},
    ],
  });
  const file = engine.keep({v: 1, at: new Date(engine.now()).toISOString(), inputs: [], patches: [unknown]});
  engine.happenAll([{type: 'patches.ranked', data: {file, count: 1}}, ended('prioritize')]);
  const console = await open();
  await console.send('2');
  expect(await console.until('tool 2')).toMatch(/99 +\^ \? +tool 2/);
  await console.send('/');
  await console.send('is:security');
  await console.send(keys.enter);
  expect(await console.until('1 shown')).toContain('tool 2');
  await console.send(keys.enter);
  const page = await console.until('advisory');
  expect(page).toContain('updates, a security fix or not: unknown');
  expect(page).toContain('RHSA-2026:1 (high), wants a reboot; RHBA-2026:2');
});
