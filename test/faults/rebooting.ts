import type {DemoHost} from '../../src/demo/host.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {drive, makeSmallRun} from './small-run.ts';

/** A host whose new kernel wants a reboot, and what becomes of that. */
export const rebooting = async (
  change: (host: DemoHost, now: number) => void,
): Promise<{record: HostRecord | undefined; asked: number}> => {
  const world = await makeSmallRun(['web1', 'build1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    let asked = 0;
    world.interfere = (name, verb, when) => {
      const host = world.hosts.get(name);
      if (host === undefined || verb !== 'host.reboot' || when !== 'after') return;
      asked += 1;
      change(host, world.clock.now());
    };
    await drive(engine, 'deploy');
    const record = engine.state().run?.hosts.get('build1');
    await engine.close();
    return {record, asked};
  } finally {
    await world.remove();
  }
};
