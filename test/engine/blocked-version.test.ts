import {expect, test} from 'vitest';
import {drive, makeSmallRun} from '../faults/small-run.ts';

/** A patch of the locked plan. */
const chosenOf = (engine: Awaited<ReturnType<Awaited<ReturnType<typeof makeSmallRun>>['open']>>): string => {
  const [patch] = engine.state().run?.run.plan?.patches ?? [];
  if (patch === undefined) throw new Error('nothing was chosen');
  return patch;
};

test('a version that is blocked while the deploy runs stops it: the host at work is finished, no other gets the version', async () => {
  const world = await makeSmallRun(['web1', 'api2', 'cache1'], {api2: {wave: 2}, cache1: {wave: 3}});
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    const patch = chosenOf(engine);
    let blocked: Promise<unknown> | undefined;
    world.interfere = (host, verb) => {
      if (host !== 'api2' || verb !== 'job.poll') return undefined;
      // The host answers once it is blocked: the clock of this run waits for nobody.
      return (blocked ??= engine.submit({type: 'block', patch, reason: 'it breaks the shop'}));
    };
    expect(await engine.submit({type: 'start', stage: 'deploy'})).toBe('ok');
    await engine.idle();
    expect(await blocked).toBe('ok');
    const run = engine.state().run;
    expect(run?.hosts.get('api2')?.phase).toBe('done');
    expect(run?.hosts.get('cache1')?.phase).toBe('staged');
    expect(run?.run.stages.deploy.status).toBe('stopped');
    expect(await engine.submit({type: 'start', stage: 'deploy'})).toMatchObject({code: 'plan.blocked'});
    await engine.close();
  } finally {
    await world.remove();
  }
});

test('a stage that is being stopped cannot be made to go on: it ends, and is started again', async () => {
  const world = await makeSmallRun();
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    expect(await engine.submit({type: 'start', stage: 'deploy'})).toBe('ok');
    expect(await engine.submit({type: 'stop', how: 'after-wave', reason: 'lunch'})).toBe('ok');
    expect(await engine.submit({type: 'resume'})).toMatchObject({code: 'run.stopping'});
    await engine.idle();
    await engine.close();
  } finally {
    await world.remove();
  }
});
