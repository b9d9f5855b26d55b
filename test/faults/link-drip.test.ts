import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that gives one byte at a time: it is given up in time, the job is started once and its log is whole', async () => {
  expect(await survives({is: 'drip', everyMs: 1})).toBeGreaterThanOrEqual(0);
}, 60_000);
