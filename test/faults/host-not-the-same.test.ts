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

/** What happens to a host between two stages, and what the run then says of it. */
const between = async (change: (host: DemoHost) => void) => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  const host = world.hosts.get('cache1');
  if (host === undefined) throw new Error('no cache1');
  change(host);
  const before = world.starts.size;
  await drive(engine, 'deploy');
  const record = engine.state().run?.hosts.get('cache1');
  const started = world.starts.size - before;
  await engine.close();
  await world.remove();
  return {record, started, jobs: host.jobs.size};
};

test('a host that is replaced by another machine between test and deploy is unknown and asked about; nothing is started on the other one', async () => {
  const {record, jobs} = await between(host => {
    Object.assign(host, {machineId: hex(seededRandom(6), 32)});
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]).toMatchObject({code: 'host.replaced'});
  expect(record?.troubles[0]?.what).toContain('not the machine that was scanned');
  expect(jobs).toBe(0);
});

test('a host that is restored between test and deploy, memory and boot id with it, is unknown and asked about: it has lost what the run did there', async () => {
  const {record, jobs} = await between(host => {
    host.ended.clear();
    host.staging.clear();
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]).toMatchObject({code: 'host.restored'});
  expect(record?.troubles[0]?.what).toContain('nothing was changed');
  expect(jobs).toBe(0);
});

test('a host that merely reboots between test and deploy is what it was: its upgrade goes on', async () => {
  const {record} = await between(host => {
    host.boot = newBoot({random: seededRandom(5)});
  });
  expect(record?.phase).toBe('done');
});
