import {expect, test} from 'vitest';
import {seededRandom} from '../../src/demo/random.ts';
import {newBoot} from '../../src/demo/power.ts';
import {between, meanwhile} from './host-changes.ts';

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
