import {expect, test} from 'vitest';
import {newBoot} from '../../src/demo/power.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {drive, makeSmallRun, refused, type SmallRun} from './small-run.ts';

const directories = (world: SmallRun): string[] =>
  [...world.hosts].flatMap(([name, {jobs}]) => [...jobs.keys()].map(id => `${name} ${id}`));

test('hosts that cannot be asked to remove the directories of ended jobs: the next console does it, by the ids that the journal has, and touches no other', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    world.interfere = (host, verb, when) => {
      if (verb === 'job.remove' && when === 'before') throw refused(host);
    };
    await drive(first, 'test');
    const left = directories(world);
    expect(left.length).toBeGreaterThan(3);
    await first.close();
    world.hosts.get('api2')?.jobs.set('other', {
      id: 'other',
      spec: '{}',
      verb: 'apt.stage',
      log: '',
      boot: '',
      rc: 0,
    });

    world.interfere = () => undefined;
    const second = await world.open(first.state().run?.run.id);
    await second.idle();
    expect(directories(world)).toEqual(['api2 other']);
    const jobs = [...(second.state().run?.hosts.values() ?? [])].flatMap(record => record.jobs);
    expect(jobs.every(job => job.forgotten)).toBe(true);
    // How they ended is known there still.
    expect(
      left
        .map(line => line.split(' '))
        .every(([host = '', id = '']) => world.hosts.get(host)?.ended.get(id) === '0'),
    ).toBe(true);
    await second.close();

    const asked = world.asked;
    const third = await world.open(first.state().run?.run.id);
    await third.idle();
    expect(world.asked).toBe(asked);
    await third.close();
  } finally {
    await world.remove();
  }
});

test('a job that was interrupted leaves its directory to be looked at, until the run is closed', async () => {
  const world = await makeSmallRun(['web1', 'cache1']);
  try {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    const host = world.hosts.get('cache1');
    world.interfere = (name, verb, when) => {
      if (host === undefined || name !== 'cache1' || verb !== 'job.start' || when !== 'after') return;
      world.interfere = () => undefined;
      host.agenda = host.agenda.filter(due => due.job === undefined);
      host.boot = newBoot({random: seededRandom(5)});
    };
    await drive(engine, 'deploy');
    expect(engine.state().run?.hosts.get('cache1')).toMatchObject({phase: 'unknown'});
    const [left = ''] = directories(world);
    expect(left).toMatch(/^cache1 /);
    await engine.submit({type: 'hand-over', hosts: ['cache1'], owner: 'bo', reason: 'to be looked at'});
    expect(directories(world)).toEqual([left]);
    expect(await engine.submit({type: 'close', reason: 'done'})).toBe('ok');
    expect(directories(world)).toEqual([]);
    expect(host?.ended.get(left.split(' ')[1] ?? '')).toBe('interrupted');
    await engine.close();
  } finally {
    await world.remove();
  }
});
