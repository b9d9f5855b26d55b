import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {exportRun, importRun} from '../../src/store/archive.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('two engineers who import one archive: each host believes the first that asks, and starts nothing for the other, who is told so', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    const id = first.state().run?.run.id ?? '';
    const folder = dirname(world.stateDir);
    const archive = join(folder, 'run.patchdeck');
    await exportRun(world.stateDir, id, archive, 'ana at bastion1');
    await first.close();
    const [bo, cy] = [join(folder, 'bo'), join(folder, 'cy')];
    expect(await importRun(bo, archive, 'operator bo')).toMatchObject({epoch: 2});
    expect(await importRun(cy, archive, 'operator cy')).toMatchObject({epoch: 2});

    const second = await world.open(id, {stateDir: bo, operator: 'bo'});
    await second.idle();
    const third = await world.open(id, {stateDir: cy, operator: 'cy'});
    await third.idle();
    const refused = [...(third.state().run?.hosts.values() ?? [])];
    expect(refused.map(({phase, troubles}) => [phase, troubles[0]?.code])).toEqual(
      Array(3).fill(['unknown', 'run.taken-over']),
    );
    expect(refused[0]?.troubles[0]?.what).toContain('another console took over the same record');

    const before = world.starts.size;
    const retry = await third.submit({type: 'retry', hosts: ['api2', 'cache1']});
    await third.idle();
    expect(retry).toBe('ok');
    expect(world.starts.size).toBe(before);
    const api2 = third.state().run?.hosts.get('api2');
    expect(api2?.troubles.map(({what}) => what).join()).toContain('(both took over the same record)');
    await drive(second, 'verify');
    expect([...(second.state().run?.hosts.values() ?? [])].map(({phase}) => phase)).toEqual(
      Array(3).fill('done'),
    );
    await second.close();
    await third.close();
  } finally {
    await world.remove();
  }
});
