import {expect, test} from 'vitest';
import {hex, seededRandom} from '../../src/demo/random.ts';
import {between, meanwhile} from './host-changes.ts';

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

test('a host that is replaced by another machine between test and deploy is unknown and asked about; nothing is started on the other one', async () => {
  const {record, jobs} = await between(host => {
    Object.assign(host, {machineId: hex(seededRandom(6), 32)});
  });
  expect(record?.phase).toBe('unknown');
  expect(record?.troubles[0]).toMatchObject({code: 'host.replaced'});
  expect(record?.troubles[0]?.what).toContain('not the machine that was scanned');
  expect(jobs).toBe(0);
});
