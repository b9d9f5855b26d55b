import {expect, test} from 'vitest';
import {rebooting} from './rebooting.ts';

test('a reboot that the host never comes back from: after its time it is unknown, with where to look', async () => {
  const {record} = await rebooting((host, now) => {
    host.agenda = [];
    host.awayUntil = now + 10 * 3_600_000;
  });
  expect(record).toMatchObject({phase: 'unknown'});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-back', next: 'look at its console'});
});
