import {expect, test} from 'vitest';
import {readRun} from '../../src/store/run-store.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('an installation that takes longer than the lease of the updaters that are held off: the lease is taken anew before it ends, they never run meanwhile, and run again after it', async () => {
  const world = await makeSmallRun(['web1', 'cache1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    const cache1 = world.hosts.get('cache1');
    if (cache1 === undefined) throw new Error('no cache1');
    const began = world.clock.now();
    const ran: string[][] = [];
    let polls = 0;
    world.interfere = (name, verb, when) => {
      if (name !== 'cache1') return;
      // A lease of an hour, and a job of several.
      if (verb === 'job.start') Object.assign(cache1, {speed: when === 'before' ? 0.001 : 20});
      if (verb !== 'job.poll' || when === 'before') return;
      polls += 1;
      ran.push([...cache1.updaters.active]);
    };
    await drive(engine, 'deploy');
    expect(world.clock.now() - began).toBeGreaterThan(2 * 3_600_000);
    expect(polls).toBeGreaterThan(1000);
    expect(ran.filter(active => active.length > 0)).toEqual([]);
    expect(engine.state().run?.hosts.get('cache1')).toMatchObject({phase: 'done', troubles: []});
    world.interfere = () => undefined;
    await drive(engine, 'verify');
    expect(cache1.updaters.active).toEqual(['apt-daily.timer', 'apt-daily-upgrade.timer']);
    const id = engine.state().run?.run.id ?? '';
    await engine.close();
    // As often as needed, and not at every look.
    const {events} = await readRun(world.stateDir, id);
    const taken = events.filter(
      event => event.type === 'lease.intended' && event.data.host === 'cache1',
    ).length;
    expect(taken).toBeGreaterThan(3);
    expect(taken).toBeLessThan(40);
  } finally {
    await world.remove();
  }
}, 60_000);
