import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Grade, RollbackPoint} from '../../src/model/rollback.ts';
import type {ManagerId} from '../../src/model/package.ts';
import {scan} from '../policy/example-fleet.ts';
import {FakeEngine} from './fake-engine.ts';
import {begin, ended, host, planDigest, scanned} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

/** A host with apt and an application's own updater, staged. */
let shown: Shown | undefined;
afterEach(() => shown?.unmount());

const step = (manager: ManagerId, grade: Grade, reason: string): RollbackPoint['steps'][number] => ({
  manager,
  directory: '/var/lib/patchdeck/stage/x',
  fresh: [],
  previous: [],
  gone: [],
  automatic: [],
  held: [],
  simulated: grade === 'full',
  grade,
  reasons: [reason],
});
const reasons = ['apt: 2 previous packages from archive', 'custom/shop: the way back cannot be rehearsed'];

beforeEach(async () => {
  const engine = new FakeEngine(() => Date.now());
  const file = engine.keep({...scan('shop1', []), managers: ['apt', 'custom/shop']});
  begin(engine, [host('shop1')]);
  const point = engine.keep({
    v: 2,
    host: 'shop1',
    at: new Date(engine.now()).toISOString(),
    planDigest,
    steps: [
      step('apt', 'full', '2 previous packages from archive'),
      step('custom/shop', 'partial', 'the way back cannot be rehearsed'),
    ],
    grade: 'partial',
    reasons,
  } satisfies RollbackPoint);
  engine.happenAll([
    scanned('shop1', {managers: ['apt', 'custom/shop']}, file),
    ended('identify'),
    {
      type: 'plan.locked',
      data: {digest: planDigest, revision: 1, hosts: 1, changes: 3, reboot: 'never', reason: ''},
    },
    {type: 'host.planned', data: {host: 'shop1', planDigest, changes: 3, managers: ['apt', 'custom/shop']}},
  ]);
  shown = await show({engine, columns: 80, rows: 40, stage: 'test'});
  await shown.until('3 package changes in 2 steps: apt, then custom/shop');
  engine.happenAll([
    {
      type: 'host.staged',
      data: {host: 'shop1', planDigest, point, grade: 'partial', why: reasons.join('; ')},
    },
  ]);
});

test('the page of a host says in which order its managers work, and grades the way back of each, once', async () => {
  await shown?.send(keys.enter);
  const page = (await shown?.until('cannot be rehearsed)'))?.replaceAll(/\s+/g, ' ') ?? '';
  expect(page).toContain('3 package changes in 2 steps: apt, then custom/shop, plan ');
  expect(page).toContain(
    'way back partial: apt full (2 previous packages from archive), custom/shop partial (the way back cannot be rehearsed)',
  );
  expect(page).toMatch(/packages +\d+ by apt and custom\/shop, /);
});
