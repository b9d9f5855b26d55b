import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that stalls in the handshake, and nobody is told: it is given up in time, the job is started once and its log is whole', async () => {
  const [met] = await survives({is: 'stall', after: 500});
  expect(met).toBe('ssh.timeout');
}, 60_000);
