import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that ends in the middle of a packet: nothing is taken from the half, the job is started once and its log is whole', async () => {
  for (const after of [10, 2000, 3550]) expect(await survives({is: 'truncate', after})).toBeGreaterThan(0);
}, 60_000);
