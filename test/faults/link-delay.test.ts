import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link on which every packet is late: nothing is given up, the job is started once and its log is whole', async () => {
  expect(await survives({is: 'delay', ms: 60})).toEqual([]);
}, 60_000);
