import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that stalls in the handshake or in output, and nobody is told: it is given up in time, the job is started once and its log is whole', async () => {
  for (const after of [500, 3500]) expect(await survives({is: 'stall', after})).toBeGreaterThan(0);
}, 60_000);
