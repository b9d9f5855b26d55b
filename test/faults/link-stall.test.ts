import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['in the handshake', 'ssh.timeout', {is: 'stall', after: 500}],
  ['in output', 'host.deadline', {is: 'stall', after: 3500}],
] as const)(
  'a link that stalls %s, and nobody is told: it is given up in time, the job is started once and its log is whole',
  async (_when, first, fault) => {
    const [met] = await survives(fault);
    expect(met).toBe(first);
  },
  60_000,
);
