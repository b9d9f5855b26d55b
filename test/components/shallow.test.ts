import {afterEach, expect, test} from 'vitest';
import {scan} from '../policy/example-fleet.ts';
import {FakeEngine} from './fake-engine.ts';
import {begin, ended, host, scanned} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

const rule = {criticality: 'low', exposure: 'isolated'} as const;
const limit = 'a shallow scan, as the policy has it for hosts of low risk';
let shown: Shown | undefined;
afterEach(() => shown?.unmount());

test('a console that was opened with a policy begins with shallow scans of hosts of low risk', async () => {
  shown = await show({shallow: rule});
  await shown.send('b');
  await shown.until('the scan has started');
  expect(shown.engine.commands).toEqual([{type: 'start', stage: 'identify', shallow: rule}]);
});

test('what a shallow scan does not say is on the screen, and r scans whole', async () => {
  const engine = new FakeEngine(() => Date.now());
  const none = {updates: 0, security: 0, notInstalled: 0} as const;
  const file = engine.keep({...scan('db1', []), depth: 'shallow', limits: [limit]});
  begin(engine, [host('db1'), host('web1')]);
  engine.happenAll([
    scanned('db1', {...none, depth: 'shallow', limits: [limit]}, file),
    scanned('web1', none),
    ended('identify'),
  ]);
  shown = await show({engine, columns: 110, shallow: rule, stage: 'identify'});
  const frame = await shown.until('1 shallow');
  expect(frame).toMatch(/db1 .*shallow +0\+ +0\+/);
  expect(frame).toMatch(/web1 .*clean +0 +0 /);
  expect(frame).toContain('nothing known to be; only a shallow scan, more may be (r scans it whole)');

  await shown.send(keys.enter);
  await shown.until(limit);
  await shown.until('Nothing is known to be pending: only a shallow scan.');
  await shown.send(keys.esc);
  await shown.send('r');
  await shown.until('asking again');
  expect(engine.commands).toEqual([{type: 'start', stage: 'identify', hosts: ['db1']}]);

  await shown.send('/');
  await shown.send('is:shallow');
  await shown.send(keys.enter);
  await shown.untilGone('web1');
});
