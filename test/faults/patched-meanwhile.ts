import type {Engine} from '../../src/engine/interface.ts';
import {drive, makeSmallRun, type SmallRun} from './small-run.ts';

/** What another program did to a host between test and deploy. */
export const patchMeanwhile = async (to: 'planned' | 'other'): Promise<{world: SmallRun; engine: Engine}> => {
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
