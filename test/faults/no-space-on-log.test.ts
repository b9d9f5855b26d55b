import {expect, test} from 'vitest';
import {deploy, endsSaid, withFailingDisk} from './disk-world.ts';
import {drive, outcomeOf} from './small-run.ts';

const withRun = withFailingDisk();

test('the disk takes events but no log of a job: no host is blamed, nothing new starts, the job is followed; with room made, the same console ends the run as if nothing had been', async () => {
  let undisturbed: unknown;
  await withRun(async world => {
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    undisturbed = outcomeOf(world, engine);
    await engine.close();
  });
  await withRun(async (world, disk) => {
    let before = 0;
    const engine = await deploy(world, () => {
      before = world.starts.size;
      disk.faultAt(1, {disk: 'ENOSPC'}, {where: /\/logs\//});
    });
    const {failed, run} = engine.state();
    expect(failed).toContain('there is no room left to write');
    expect(failed).toContain('make room on that disk');
    const hosts = [...(run?.hosts.values() ?? [])];
    expect(hosts.flatMap(({troubles}) => troubles)).toEqual([]);
    expect(hosts.filter(({phase}) => phase === 'unknown' || phase === 'failed')).toEqual([]);
    expect(run?.run.stages.deploy).toMatchObject({status: 'stopped'});
    expect(run?.run.stages.deploy.summary).toContain('the disk of the console is full');
    expect(endsSaid(engine)).toBe(world.starts.size - before);
    disk.mend();
    expect(await engine.submit({type: 'start', stage: 'deploy'})).toBe('ok');
    expect(engine.state().failed).toBeUndefined();
    await drive(engine, 'verify');
    expect(outcomeOf(world, engine)).toEqual(undisturbed);
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await engine.close();
  });
});
