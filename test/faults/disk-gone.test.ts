import {readFile, rm} from 'node:fs/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {takeDisk, type FailingDisk} from './failing-disk.ts';
import {drive, makeSmallRun, outcomeOf, type SmallRun} from './small-run.ts';

let disk: FailingDisk;
beforeAll(async () => {
  disk = await takeDisk();
});
afterAll(() => disk.restore());

const withRun = async (work: (world: SmallRun) => Promise<void>): Promise<void> => {
  const world = await makeSmallRun();
  try {
    await work(world);
  } finally {
    disk.mend();
    await world.remove();
  }
};

/** A console that deploys, after a test that was signed off, until nothing more happens. */
const deploy = async (world: SmallRun, began: () => void): Promise<Engine> => {
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
  began();
  await engine.submit({type: 'start', stage: 'deploy'});
  await engine.idle();
  return engine;
};

const endsSaid = (engine: Engine): number =>
  engine.state().notices.filter(text => text.includes('ended with 0, which is not recorded')).length;

test.each(['ENOSPC', 'EIO'] as const)(
  'the disk of the journal is gone (%s) in the middle of an upgrade: nothing new starts, the running job is followed to its end and said, and what could not be recorded is written elsewhere',
  code =>
    withRun(async world => {
      let polls = 0;
      let before = 0;
      const engine = await deploy(world, () => {
        before = world.starts.size;
        world.interfere = (_host, verb, when) => {
          if (verb === 'job.poll' && when === 'after' && ++polls === 2) disk.faultAt(1, {disk: code});
        };
      });
      const {failed, notices, busy} = engine.state();
      expect(busy).toBe(false);
      expect(failed).toContain('nothing new is started');
      expect(endsSaid(engine)).toBe(world.starts.size - before);
      disk.mend();
      const path = /recorded is in (\S+\.jsonl)/.exec(notices.join('\n'))?.[1] ?? '';
      expect(await readFile(path, 'utf8')).toMatch(/^(\{"type":"[a-z.-]+","data":.*\}\n)+$/);
      await rm(path);
      expect(await engine.submit({type: 'start', stage: 'deploy'}).catch(String)).not.toBe('ok');
      expect(world.starts.size).toBeLessThan(before + 4);
      await engine.close();
    }),
);

test('the disk of the journal is gone between the start of a job and its record: the job is followed all the same, its end is said, and the next console finds it', () =>
  withRun(async world => {
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

test('the disk takes events but no log of a job: no host is blamed, nothing new starts, the job is followed; with room made, the same console ends the run as if nothing had been', async () => {
  let undisturbed: unknown;
  await withRun(async world => {
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    undisturbed = outcomeOf(world, engine);
    await engine.close();
  });
  await withRun(async world => {
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

test('the disk takes events but no scan: no host is called unreachable, and with room made the scan is taken again', () =>
  withRun(async world => {
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
