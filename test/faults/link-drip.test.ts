import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test('a link that gives one byte at a time: it is given up in time, the job is started once and its log is whole', async () => {
  const [met] = await survives({is: 'drip', everyMs: 1});
  expect(met).toBe('ssh.timeout');
}, 60_000);
