import {expect, test} from 'vitest';
import {seededRandom} from '../../src/demo/random.ts';
import {newBoot} from '../../src/demo/power.ts';
import {meanwhile} from './host-changes.ts';

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
