import {expect, test} from 'vitest';
import {withFailingDisk} from './disk-world.ts';
import {drive} from './small-run.ts';

const withRun = withFailingDisk();

test('the disk takes events but no scan: no host is called unreachable, and with room made the scan is taken again', () =>
  withRun(async (world, disk) => {
    const engine = await world.open(undefined);
    world.interfere = (_host, verb) => {
      // Not the first file, which is the inventory of the run.
      if (verb === 'host.facts') disk.faultAt(1, {disk: 'ENOSPC'}, {where: /\/files\//});
    };
    await engine.submit({type: 'start', stage: 'identify'});
    await engine.idle();
    const hosts = [...(engine.state().run?.hosts.values() ?? [])];
    expect(hosts.map(({troubles, scan}) => [troubles, scan])).toEqual(hosts.map(() => [[], undefined]));
    expect(engine.state().failed).toContain('there is no room left to write');
    disk.mend();
    world.interfere = () => undefined;
    expect(await engine.submit({type: 'start', stage: 'identify'})).toBe('ok');
    await drive(engine, 'scan');
    expect(engine.state().run?.run.stages.identify.status).toBe('complete');
    await engine.close();
  }));
