import {expect, test} from 'vitest';
import {hex, seededRandom} from '../../src/demo/random.ts';
import {newBoot} from '../../src/demo/power.ts';
import type {DemoHost} from '../../src/demo/host.ts';
import {drive, makeSmallRun} from './small-run.ts';

/** What happens to a host right after it was told to start its installation. */
const meanwhile = async (change: (host: DemoHost) => void) => {
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

test('a host that is restored from a snapshot in the middle of its upgrade is unknown and asked about; nothing is started again', async () => {
  const {record, starts} = await meanwhile(host => {
    host.jobs.clear();
    host.agenda = [];
    host.boot = newBoot({random: seededRandom(5)});
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]).toMatchObject({code: 'job.replaced'});
  expect(record?.troubles[0]?.what).toContain('restored');
  expect(starts).toEqual([1]);
});

test('a host that is replaced by another machine in the middle of its upgrade is unknown and asked about; nothing is started on the other one', async () => {
  const {record, starts} = await meanwhile(host => {
    host.jobs.clear();
    host.agenda = [];
    Object.assign(host, {machineId: hex(seededRandom(6), 32)});
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]?.what).toContain('machine-id differs');
  expect(starts).toEqual([1]);
});

test('a host that reboots in the middle of its upgrade is unknown and asked about; nothing is started again', async () => {
  const {record, starts} = await meanwhile(host => {
    host.agenda = host.agenda.filter(due => due.job === undefined);
    host.boot = newBoot({random: seededRandom(5)});
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]).toMatchObject({code: 'job.interrupted'});
  expect(record?.troubles[0]?.next).toContain('dpkg --audit');
  expect(starts).toEqual([1]);
});

test('a host that is replaced between test and deploy is not touched: its machine-id is looked at before anything starts', async () => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  Object.assign(world.hosts.get('cache1') ?? {}, {machineId: hex(seededRandom(6), 32)});
  await drive(engine, 'deploy');
  const record = engine.state().run?.hosts.get('cache1');
  expect(record?.phase).toBe('failed');
  expect(record?.troubles[0]?.what).toContain('not the machine that was scanned');
  expect(world.hosts.get('cache1')?.jobs.size).toBe(0);
  await engine.close();
  await world.remove();
});
