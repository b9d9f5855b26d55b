import {expect, test} from 'vitest';
import {deploy, endsSaid, withFailingDisk} from './disk-world.ts';
import {drive} from './small-run.ts';

const withRun = withFailingDisk();

test('the disk of the journal is gone between the start of a job and its record: the job is followed all the same, its end is said, and the next console finds it', () =>
  withRun(async (world, disk) => {
    let before = 0;
    const engine = await deploy(world, () => {
      before = world.starts.size;
      world.interfere = (_host, verb, when) => {
        if (verb === 'job.start' && when === 'after') disk.faultAt(1, {disk: 'EIO'}, {where: /journal/});
      };
    });
    const started = world.starts.size - before;
    expect(started).toBeGreaterThan(0);
    const unrecorded = [...(engine.state().run?.hosts.values() ?? [])].flatMap(({jobs}) =>
      jobs.filter(job => job.state === 'intended'),
    );
    expect(unrecorded.length).toBeGreaterThan(0);
    expect(endsSaid(engine)).toBe(started);
    await engine.close();
    disk.mend();
    world.interfere = () => undefined;
    const next = await world.open(engine.state().run?.run.id);
    await drive(next, 'verify');
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    expect(next.state().run?.run.stages.verify.status).toBe('complete');
    await next.close();
  }));
