import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['of the banner', 'ssh.closed', {is: 'truncate', after: 10}],
  ['of an answer', 'host.lost', {is: 'truncate', after: 2000}],
  ['late in an answer', 'host.lost', {is: 'truncate', after: 3550}],
] as const)(
  'a link that ends in the middle of a packet %s: nothing is taken from the half, the job is started once and its log is whole',
  async (_when, first, fault) => {
    const [met] = await survives(fault);
    expect(met).toBe(first);
  },
  60_000,
);
