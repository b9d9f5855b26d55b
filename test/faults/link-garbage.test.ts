import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that garbles what the host says: nothing garbled is believed, the job is started once and its log is whole', async () => {
  for (const after of [30, 1800, 3500]) expect(await survives({is: 'garbage', after})).toBeGreaterThan(0);
}, 60_000);
