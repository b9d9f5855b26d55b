import {expect, test} from 'vitest';
import {seededRandom} from '../../src/demo/random.ts';
import {newBoot} from '../../src/demo/power.ts';
import {between} from './host-changes.ts';

test('a host that merely reboots between test and deploy is what it was: its upgrade goes on', async () => {
  const {record} = await between(host => {
    host.boot = newBoot({random: seededRandom(5)});
  });
  expect(record?.phase).toBe('done');
});
