import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['in the handshake', 'ssh.closed', {is: 'garbage', after: 30}],
  ['in the login', 'host.lost', {is: 'garbage', after: 1800}],
  ['in the answer of an exec', 'host.lost', {is: 'garbage', after: 3500}],
] as const)(
  'a link that garbles what the host says %s: nothing garbled is believed, the job is started once and its log is whole',
  async (_when, first, fault) => {
    const [met] = await survives(fault);
    expect(met).toBe(first);
  },
  60_000,
);
