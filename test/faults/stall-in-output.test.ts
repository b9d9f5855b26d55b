import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that stalls in the output of a script, and nobody is told: it is given up in time, the job is started once and its log is whole', async () => {
  const [met] = await survives({is: 'stall', after: 3500});
  expect(met).toBe('host.deadline');
}, 60_000);
