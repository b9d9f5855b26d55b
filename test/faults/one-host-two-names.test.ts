import {expect, test} from 'vitest';
import {hostNamed} from '../ssh/world.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('one host under two names, seen by machine-id and host key: it is upgraded once, and the other name is left out with the reason', async () => {
  const world = await makeSmallRun(['web1', 'cache1'], {}, [hostNamed('cache-by-ip', {address: 'cache1'})]);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    const run = engine.state().run;
    expect(run?.hosts.get('cache-by-ip')?.leftOut?.reason).toBe(
      'it is cache1 under another name: same machine-id and host key',
    );
    expect(run?.hosts.get('cache-by-ip')?.jobs).toEqual([]);
    expect(run?.hosts.get('cache1')?.phase).toBe('done');
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await engine.close();
  } finally {
    await world.remove();
  }
});

test('a clone, with the machine-id of another host and a host key of its own: both take part, and both are warned of', async () => {
  const world = await makeSmallRun(['web1', 'cache1']);
  try {
    Object.assign(world.hosts.get('cache1') ?? {}, {machineId: world.hosts.get('web1')?.machineId});
    const engine = await world.open(undefined);
    await drive(engine, 'scan');
    for (const [name, other] of [
      ['web1', 'cache1'],
      ['cache1', 'web1'],
    ] as const) {
      const record = engine.state().run?.hosts.get(name);
      expect(record?.leftOut).toBeUndefined();
      expect(record?.troubles[0]).toMatchObject({code: 'host.clone'});
      expect(record?.troubles[0]?.what).toContain(`machine-id of ${other}`);
    }
    await engine.close();
  } finally {
    await world.remove();
  }
});
