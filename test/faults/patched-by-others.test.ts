import {expect, test} from 'vitest';
import {drive, makeSmallRun} from './small-run.ts';

/** What another program did to a host between test and deploy. */
const patch = async (to: 'planned' | 'other') => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  const demo = world.hosts.get('cache1');
  if (demo === undefined) throw new Error('no cache1');
  const [name, item] = [...demo.packages].find(([key]) => key === 'libssl3') ?? [];
  if (name === undefined || item === undefined) throw new Error('no libssl3');
  const upgrade = demo.release.upgrades.find(({binaries}) => binaries.some(binary => binary.name === name));
  const version = to === 'planned' ? (upgrade?.to ?? '') : '9:9.9-1';
  for (const {name: each} of upgrade?.binaries ?? []) {
    const known = demo.packages.get(each);
    if (known !== undefined) demo.packages.set(each, {...known, version, sourceVersion: version});
  }
  return {world, engine};
};

test('unattended-upgrades installs part of the plan between test and deploy: what is there counts as done, the rest is installed, the host is proven', async () => {
  const {world, engine} = await patch('planned');
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

test('another program installs another version than the planned one: that host stops before anything is changed, and drift is said', async () => {
  const {world, engine} = await patch('other');
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
