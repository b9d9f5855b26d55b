import {readdir, readFile, rename, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {count, inJournal, numbers, openCounts, readCounts, writeCounts} from '../store/example-journal.ts';
import {included, inFolder, operator} from '../store/example-run.ts';
import {closedRun, reopen} from '../store/example-store.ts';

describe('a journal after a crash', () => {
  test('with a torn last line: the line is copied aside and cut, that is said, and it goes on', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      const whole = await readFile(path);
      await truncate(path, whole.length - 20);
      const journal = await openCounts(path);
      expect(numbers(journal)).toEqual([1, 2]);
      expect(journal.readOnly).toBeUndefined();
      expect(journal.notices).toEqual([expect.stringContaining('goes on after line 2')]);
      const [torn = ''] = (await readdir(join(path, '..'))).filter(name => name.includes('.torn-'));
      const line = whole.subarray(whole.lastIndexOf(0x0a, whole.length - 2) + 1, whole.length - 20);
      expect(await readFile(join(path, '..', torn))).toEqual(line);
      await journal.append(count(4), 'test');
      await journal.close();
      expect(await readCounts(path)).toEqual([1, 2, 4]);
    }));

  test('is read up to its torn line, and not mended by a reader', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      const {size} = await stat(path);
      await truncate(path, size - 20);
      const reader = await openCounts(path, {mode: 'read'});
      expect(numbers(reader)).toEqual([1, 2]);
      expect(reader.notices).toEqual([expect.stringContaining('not finished')]);
      expect((await stat(path)).size).toBe(size - 20);
    }));

  test('with only the last newline missing loses nothing', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      await truncate(path, (await stat(path)).size - 1);
      const journal = await openCounts(path);
      await journal.append(count(3), 'test');
      await journal.close();
      expect(await readCounts(path)).toEqual([1, 2, 3]);
    }));

  test('with a tail of zeros, as some file systems leave, goes on before it', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      const {size} = await stat(path);
      await writeFile(path, Buffer.alloc(300), {flag: 'a'});
      const journal = await openCounts(path);
      expect((await stat(path)).size).toBe(size);
      await journal.append(count(3), 'test');
      await journal.close();
      expect(await readCounts(path)).toEqual([1, 2, 3]);
    }));

  test('cut at any byte after its first line: what is whole stays, and it can be gone on with', () =>
    inJournal(async path => {
      await writeCounts(path, 4);
      await rename(path, `${path}.whole`);
      const whole = await readFile(`${path}.whole`);
      const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at);
      const first = ends[0] ?? 0;
      await fc.assert(
        fc.asyncProperty(fc.integer({min: first, max: whole.length}), async length => {
          await writeFile(path, whole.subarray(0, length), {mode: 0o600});
          const journal = await openCounts(path);
          const kept = ends.filter(end => end <= length).length;
          expect(numbers(journal)).toEqual([1, 2, 3, 4].slice(0, kept));
          await journal.append(count(9), 'test');
          await journal.close();
          expect(await readCounts(path)).toEqual([...[1, 2, 3, 4].slice(0, kept), 9]);
        }),
        {numRuns: 60},
      );
    }));
});

describe('a run', () => {
  test('whose journal is torn is mended and gone on with; that an event is lost is said', () =>
    inFolder(async folder => {
      const {stateDir, journal} = await closedRun(folder);
      await truncate(journal, (await stat(journal)).size - 30);
      const store = await reopen(stateDir);
      expect([...store.state.hosts.keys()]).toEqual(['web1']);
      expect(store.notices).toEqual([
        expect.stringContaining('moved to journal.jsonl.torn-'),
        expect.stringContaining('ends with event 2, and event 3 had been recorded'),
      ]);
      await store.record(included('db1'), operator);
      await store.close();
      const again = await reopen(stateDir);
      expect([...again.state.hosts.keys()]).toEqual(['web1', 'db1']);
      expect(again.notices).toEqual([]);
      await again.close();
    }));
});
