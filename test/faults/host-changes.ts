import type {DemoHost} from '../../src/demo/host.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {drive, makeSmallRun} from './small-run.ts';

/** What happens to a host right after it was told to start its installation. */
export const meanwhile = async (
  change: (host: DemoHost) => void,
): Promise<{record: HostRecord | undefined; starts: (number | undefined)[]}> => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  world.interfere = (host, verb, when) => {
    const demo = world.hosts.get(host);
    if (demo === undefined || host !== 'cache1' || verb !== 'job.start' || when !== 'after') return;
    world.interfere = () => undefined;
    change(demo);
  };
  await drive(engine, 'deploy');
  const record = engine.state().run?.hosts.get('cache1');
  const starts =
    record?.jobs.filter(job => job.kind === 'install').map(job => world.starts.get(job.id)) ?? [];
  await engine.close();
  await world.remove();
  return {record, starts};
};

/** What happens to a host between two stages, and what the run then says of it. */
export const between = async (
  change: (host: DemoHost) => void,
): Promise<{record: HostRecord | undefined; jobs: number}> => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  const host = world.hosts.get('cache1');
  if (host === undefined) throw new Error('no cache1');
  change(host);
  await drive(engine, 'deploy');
  const record = engine.state().run?.hosts.get('cache1');
  await engine.close();
  await world.remove();
  return {record, jobs: host.jobs.size};
};
