import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['before the handshake', 'ssh.closed', {is: 'reset', after: 0}],
  ['in the handshake', 'ssh.closed', {is: 'reset', after: 1500}],
] as const)(
  'a link that is reset %s: the job is started once and its log is whole',
  async (_when, first, fault) => {
    const [met] = await survives(fault);
    expect(met).toBe(first);
  },
  60_000,
);
