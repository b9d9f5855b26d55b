import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['in the handshake', 'ssh.timeout', {is: 'half-open', after: 1500}],
  ['in the answer of an exec', 'host.deadline', {is: 'half-open', after: 3600}],
] as const)(
  'a link that is gone on the side of the host only, %s: it is given up in time, the job is started once and its log is whole',
  async (_when, first, fault) => {
    const [met] = await survives(fault);
    expect(met).toBe(first);
  },
  60_000,
);
