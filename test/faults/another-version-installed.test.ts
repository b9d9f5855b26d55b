import {expect, test} from 'vitest';
import {patchMeanwhile} from './patched-meanwhile.ts';
import {drive} from './small-run.ts';

test('another program installs another version than the planned one: that host stops before anything is changed, and drift is said', async () => {
  const {world, engine} = await patchMeanwhile('other');
  try {
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('cache1');
    expect(record?.phase).toBe('failed');
    expect(record?.troubles[0]?.code).toBe('host.drift');
    expect(record?.troubles[0]?.what).toContain('nothing was changed');
    expect(record?.jobs.filter(job => job.kind === 'install')).toEqual([]);
    await engine.close();
  } finally {
    await world.remove();
  }
});
