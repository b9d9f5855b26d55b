import {expect, test} from 'vitest';
import {patchMeanwhile} from './patched-meanwhile.ts';
import {drive} from './small-run.ts';

test('unattended-upgrades installs part of the plan between test and deploy: what is there counts as done, the rest is installed, the host is proven', async () => {
  const {world, engine} = await patchMeanwhile('planned');
  try {
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('cache1');
    expect(record?.phase).toBe('done');
    expect(record?.troubles).toEqual([]);
    await engine.close();
  } finally {
    await world.remove();
  }
});
