import {expect, test} from 'vitest';
import {survives} from './link-world.ts';

test.each([
  ['in the answer of an exec', 3000],
  ['late in the answer of an exec', 3600],
] as const)(
  'a link that is reset %s: what was begun there is unknown until it is asked, the job is started once and its log is whole',
  async (_when, after) => {
    const [met] = await survives({is: 'reset', after});
    expect(met).toBe('host.lost');
  },
  60_000,
);
