import {expect, test} from 'vitest';
import {rebooting} from './rebooting.ts';

test('a reboot that never happens: it is asked for once more, and after its time the host has failed, not done', async () => {
  const {record, asked} = await rebooting(host => {
    host.agenda = [];
  });
  expect(asked).toBe(2);
  expect(record).toMatchObject({phase: 'failed', rebooted: 0});
  expect(record?.troubles[0]).toMatchObject({code: 'reboot.not-done'});
});
