import {expect, test} from 'vitest';
import {rebooting} from './rebooting.ts';

test('a reboot that happens: once, into another boot, and the host is done', async () => {
  const {record, asked} = await rebooting(() => undefined);
  expect(asked).toBe(1);
  expect(record).toMatchObject({phase: 'done', rebooted: 1});
});
