import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {count, inJournal, openCounts, writeCounts} from '../store/example-journal.ts';
import {rejection} from '../store/example-run.ts';

describe('a journal', () => {
  test('that a newer patchdeck wrote to is refused, and left untouched', () =>
    inJournal(async path => {
      await writeCounts(path, 1);
      const newer = await openCounts(path, {version: 2});
      await newer.append(count(2), 'test');
      await newer.close();
      const before = await readFile(path);
      expect(await rejection(openCounts(path))).toMatchObject({
        code: 'store.newer',
        message: expect.stringContaining('format 2, this one knows 1') as string,
      });
      expect(await readFile(path)).toEqual(before);
    }));
});
