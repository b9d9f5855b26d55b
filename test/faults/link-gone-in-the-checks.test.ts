import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

/** A host goes away for a while, once, when it is looked at after its installation. */
const awayFor = async (ms: number) => {
  const world = await makeSmallRun(['web1', 'cache1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    let installed = false;
    world.interfere = (name, verb, when) => {
      const host = world.hosts.get(name);
      if (name !== 'cache1' || host === undefined || when !== 'before') return;
      installed ||= verb === 'job.poll';
      if (!installed || verb !== 'host.stale-units') return;
      world.interfere = () => undefined;
      host.awayUntil = world.clock.now() + ms;
    };
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('cache1');
    await engine.close();
    return {record, starts: [...world.starts.values()]};
  } finally {
    await world.remove();
  }
};

test('the link to a host goes for ten minutes in the checks after its installation: it is waited for, nothing runs twice, and the host is done', async () => {
  const {record, starts} = await awayFor(10 * 60_000);
  expect(record).toMatchObject({phase: 'done', troubles: []});
  expect(starts.every(count => count === 1)).toBe(true);
});

test('the link to a host goes for good in the checks after its installation: after fifteen minutes it is unknown, not failed and not done', async () => {
  const {record, starts} = await awayFor(24 * 3_600_000);
  expect(record).toMatchObject({phase: 'unknown'});
  expect(record?.troubles[0]).toMatchObject({code: 'host.away'});
  expect(record?.troubles[0]?.what).toContain('how far it came is unknown');
  expect(starts.every(count => count === 1)).toBe(true);
});
