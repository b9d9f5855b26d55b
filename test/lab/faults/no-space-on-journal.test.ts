import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {resultOf} from '../../commands/program.ts';
import {expectFitForPeople} from '../../commands/refusal.ts';
import {must} from '../command.ts';
import {oneHostForEach} from '../one-host.ts';

const here = oneHostForEach();
const {run} = here;

describe('no space on the disk of this machine', () => {
  it.each([
    ['for the scan of a host', '32k', /files\//],
    ['for the journal', '8k', /journal\.jsonl/],
  ])(
    '%s: the file is named, nothing new is started, and with room a scan asks what is true',
    async (_what, size, says) => {
      const small = join(here.place.folder, 'small');
      await mkdir(small, {mode: 0o700});
      await must('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', small]);
      try {
        const state = ['--state-dir', join(small, 'state')];
        const ended = await run('scan', 'lab1', 'lab4', ...state);
        expectFitForPeople(ended);
        const result = resultOf(ended);
        expect([ended.exit, result.exit]).toEqual([3, 3]);
        expect(result.problems[0]?.what).toMatch(/there is no room left to write .*nothing new is started/);
        expect(result.problems[0]?.what).toMatch(says);
        expect(ended.stderr).toMatch(/make room on that disk/);
        await must('mount', ['-o', 'remount,size=64m', small]);
        const again = await run('scan', 'lab1', 'lab4', ...state);
        expect(again.exit === 0 ? '' : again.stderr).toBe('');
      } finally {
        await must('umount', [small]);
      }
    },
  );
});
