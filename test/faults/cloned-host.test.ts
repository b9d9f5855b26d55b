import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

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
