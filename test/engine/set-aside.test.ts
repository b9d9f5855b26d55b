import {afterEach, expect, test} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {drive, makeSmallRun, type SmallRun} from '../faults/small-run.ts';

let world: SmallRun | undefined;
let engine: Engine | undefined;

afterEach(async () => {
  await engine?.close();
  await world?.remove();
});

/** A run that is signed off: web1, the canary, is done; what `decide` does, it does while api2 is being installed, the first of its wave. */
const deployWhile = async (decide: (engine: Engine) => Promise<unknown>): Promise<void> => {
  world = await makeSmallRun(['web1', 'api2', 'cache1', 'db1']);
  engine = await world.open(undefined, {limits: {...limits, concurrency: 1}});
  await drive(engine, 'test');
  const console = engine;
  let decided: Promise<unknown> | undefined;
  world.interfere = (host, verb, when) => {
    if (host === 'api2' && verb === 'job.start' && when === 'after') decided ??= decide(console);
  };
  await drive(engine, 'deploy');
  await decided;
};
const limits = {
  pollMs: 2000,
  patienceMs: 900_000,
  retryMs: 2000,
  concurrency: 1,
  failuresAllowed: 0,
  rebootMs: 600_000,
  settleMs: 10_000,
  leaseMs: 3_600_000,
};
const installs = (name: string): number =>
  (engine?.state().run?.hosts.get(name)?.jobs ?? []).filter(({kind}) => kind === 'install').length;

test('a host that is left out and one that is skipped during the deploy are not patched', async () => {
  await deployWhile(async console => {
    expect(await console.submit({type: 'leave-out', hosts: ['cache1'], reason: 'being moved'})).toBe('ok');
    expect(await console.submit({type: 'skip', hosts: ['db1'], reason: 'month end'})).toBe('ok');
  });
  expect([installs('api2'), installs('cache1'), installs('db1')]).toEqual([1, 0, 0]);
  const {run} = engine?.state() ?? {};
  expect(run?.hosts.get('db1')).toMatchObject({phase: 'skipped', note: 'month end'});
  expect(run?.run.waves.at(-1)?.summary).toBe('1 done, 2 set aside meanwhile');
  expect(run?.run.stages.deploy.status).toBe('complete');
});

test('a host that is being installed is neither left out nor skipped', async () => {
  await deployWhile(async console => {
    expect(await console.submit({type: 'leave-out', hosts: ['api2'], reason: 'oops'})).toMatchObject({
      code: 'host.at-work',
    });
    expect(await console.submit({type: 'skip', hosts: ['api2'], reason: 'oops'})).toMatchObject({
      code: 'host.at-work',
    });
  });
  expect(engine?.state().run?.hosts.get('api2')).toMatchObject({phase: 'done'});
});
