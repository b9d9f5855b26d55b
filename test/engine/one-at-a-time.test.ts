import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {drive, makeSmallRun, type SmallRun} from '../faults/small-run.ts';

let world: SmallRun;
let engine: Engine;

beforeEach(async () => {
  world = await makeSmallRun(['web1', 'api2']);
  engine = await world.open(undefined);
});
afterEach(async () => {
  await engine.close();
  await world.remove();
});

const jobs = (kind: string): number =>
  [...(engine.state().run?.hosts.values() ?? [])].flatMap(record =>
    record.jobs.filter(job => job.kind === kind),
  ).length;

test('of two first scans at once one begins a run, and the other is refused', async () => {
  const answers = await Promise.all([
    engine.submit({type: 'start', stage: 'identify'}),
    engine.submit({type: 'start', stage: 'identify'}),
  ]);
  await engine.idle();
  expect(answers).toEqual([
    'ok',
    {
      code: 'engine.beginning',
      what: 'identify is just being started; nothing was done',
      next: 'wait for it, then ask again',
    },
  ]);
});

test('of two deploys at once one is started, and no host is installed twice', async () => {
  await drive(engine, 'test');
  await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
  const answers = await Promise.all([
    engine.submit({type: 'start', stage: 'deploy'}),
    engine.submit({type: 'start', stage: 'deploy'}),
    engine.submit({type: 'start', stage: 'verify'}),
  ]);
  // Once the first is on disk it is a stage that runs.
  const later = await engine.submit({type: 'start', stage: 'deploy'});
  await engine.idle();
  expect(answers).toMatchObject(['ok', {code: 'engine.beginning'}, {code: 'engine.beginning'}]);
  expect(later).toMatchObject({code: 'stage.running'});
  expect(engine.state().run?.run.waves).toHaveLength(1);
  expect(jobs('install')).toBe(2);
});

test('while a plan is being locked nothing begins, and no other is locked', async () => {
  await drive(engine, 'plan');
  const lock = {type: 'lock-plan', reboot: 'never', reason: 'again'} as const;
  const answers = await Promise.all([
    engine.submit(lock),
    engine.submit(lock),
    engine.submit({type: 'start', stage: 'test'}),
    engine.submit({type: 'skip', hosts: ['api2'], reason: 'not now'}),
    engine.submit({type: 'close', reason: 'enough'}),
  ]);
  expect(answers.map(answer => (answer === 'ok' ? 'ok' : answer.code))).toEqual([
    'ok',
    ...Array<string>(4).fill('engine.beginning'),
  ]);
  expect(engine.state().run?.run.plan?.revision).toBe(2);
  expect(await engine.submit({type: 'start', stage: 'test'})).toBe('ok');
  await engine.idle();
});

test('a plan is not locked anew while a host is tried again', async () => {
  await drive(engine, 'test');
  world.interfere = (host, verb, when) => {
    if (host === 'api2' && verb === 'host.preflight' && when === 'before') {
      world.interfere = () => undefined;
      throw new Error('it went wrong');
    }
  };
  await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
  await engine.submit({type: 'start', stage: 'deploy'});
  await engine.idle();
  expect(engine.state().run?.hosts.get('api2')?.phase).toBe('unknown');
  expect(await engine.submit({type: 'retry', hosts: ['api2']})).toBe('ok');
  expect(await engine.submit({type: 'lock-plan', reboot: 'never', reason: 'again'})).toMatchObject({
    code: 'plan.at-work',
  });
  await engine.idle();
  expect(engine.state().run?.hosts.get('api2')?.phase).toBe('done');
});
