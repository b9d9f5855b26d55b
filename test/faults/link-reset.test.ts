import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that is reset before, during and after an exec: the job is started once and its log is whole', async () => {
  for (const after of [0, 1500, 3000, 3600]) expect(await survives({is: 'reset', after})).toBeGreaterThan(0);
}, 60_000);
