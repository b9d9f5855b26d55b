import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that is gone on the side of the host only: it is given up in time, the job is started once and its log is whole', async () => {
  for (const after of [1500, 3600]) expect(await survives({is: 'half-open', after})).toBeGreaterThan(0);
}, 60_000);
