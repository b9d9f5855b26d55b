import {expect, test} from 'vitest';
import {updateSchema} from '../../src/model/package.ts';
import {scan, update} from '../policy/example-fleet.ts';
import {begin, ended, host, patch, rankedShop, scanned} from './fleet.ts';
import {deskForEach, keys} from './harness.tsx';

const desk = deskForEach();

test('a host whose repositories do not say what is a security fix is never clean nor merely behind', async () => {
  begin(desk.engine, [host('app1'), host('app2')]);
  const pending = updateSchema.parse(update('tool', {manager: 'dnf4', origin: 'updates', security: null}));
  desk.engine.happenAll([
    scanned('app1', {security: 0, securityUnknown: 12}, desk.engine.keep(scan('app1', [pending]))),
    scanned('app2', {security: 2, securityUnknown: 1}),
    ended('identify'),
  ]);
  const console = await desk.open();
  const frame = console.frame();
  expect(frame).toMatch(/app1 +! +exposed\? +\? +12/);
  expect(frame).toMatch(/app2 +! +exposed +2\+\? +12/);
  expect(frame).toContain('1 exposed, 2 security fixes, 1 perhaps');
  expect(frame).toContain('of 12 nobody says');
  await console.send(keys.enter);
  expect(await console.until('1 update pending')).toMatch(/! sec\? tool/);
});

test('a patch of such a repository is told from both a security fix and another update', async () => {
  rankedShop(desk.engine);
  const unknown = patch('tool', '2', {
    security: null,
    origin: 'updates',
    score: 99,
    advisories: [
      {id: 'RHSA-2026:1', severity: 'high', cves: [], reboot: true},
      {id: 'RHBA-2026:2', cves: []},
    ],
  });
  const file = desk.engine.keep({
    v: 1,
    at: new Date(desk.engine.now()).toISOString(),
    inputs: [],
    patches: [unknown],
  });
  desk.engine.happenAll([{type: 'patches.ranked', data: {file, count: 1}}, ended('prioritize')]);
  const console = await desk.open();
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
