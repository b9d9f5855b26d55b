import {copyFile, readFile, writeFile} from 'node:fs/promises';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import {count, inJournal, numbers, openCounts, writeCounts} from '../store/example-journal.ts';
import {inFolder, phase, rejection} from '../store/example-run.ts';
import {closedRun, reopen} from '../store/example-store.ts';

describe('a damaged journal', () => {
  test('with a flipped byte in the middle is read-only from there on, says where, and is left as it is', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      const bytes = await readFile(path);
      const at = bytes.indexOf('"n":2') + 4;
      bytes[at] = 0x37;
      await writeFile(path, bytes);
      const journal = await openCounts(path);
      expect(numbers(journal)).toEqual([1, 7]);
      expect(journal.readOnly).toContain('line 3 does not follow');
      expect(journal.notices).toEqual([journal.readOnly]);
      expect(await rejection(journal.append(count(4), 'test'))).toMatchObject({code: 'store.read-only'});
      await journal.close();
      expect(await readFile(path)).toEqual(bytes);
    }));

  test('with any byte changed never gives an event that was not recorded before the change, and never fails oddly', () =>
    inJournal(async path => {
      await writeCounts(path, 4);
      await copyFile(path, `${path}.whole`);
      const whole = await readFile(`${path}.whole`);
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({min: 1, max: 255}), async (at, change) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] ?? 0) ^ change;
          await writeFile(path, bytes);
          const changed = whole.subarray(0, at).filter(byte => byte === 0x0a).length;
          try {
            const journal = await openCounts(path, {mode: 'read'});
            expect(numbers(journal).slice(0, changed)).toEqual([1, 2, 3, 4].slice(0, changed));
            // A change that is not seen in its own line is seen in the next one's chain: nothing is read past that.
            expect(numbers(journal).length).toBeLessThanOrEqual(Math.min(changed + 1, 4));
          } catch (error) {
            if (!(error instanceof PatchdeckError)) throw error;
            expect(['store.foreign', 'store.newer']).toContain(error.code);
          }
        }),
        {numRuns: 300},
      );
    }));
});

describe('a journal with a snapshot beside it', () => {
  test('is seen to be damaged where a byte was flipped before the snapshot, too', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      const {head} = await openCounts(path, {mode: 'read'});
      const bytes = await readFile(path);
      bytes[bytes.indexOf('"n":1') + 4] = 0x39;
      await writeFile(path, bytes);
      const journal = await openCounts(path, {from: head});
      expect(journal.continued).toBe(false);
      expect(journal.readOnly).toContain('line 2 does not follow');
    }));
});

describe('a run', () => {
  test('whose journal has a flipped byte is shown up to there, and nothing is recorded in it', () =>
    inFolder(async folder => {
      const {stateDir, journal} = await closedRun(folder);
      const content = await readFile(journal);
      content[content.indexOf('web1') + 3] = 0x39;
      await writeFile(journal, content);
      const store = await reopen(stateDir);
      expect(store.readOnly).toContain('line 3 does not follow');
      expect(store.notices).toContain(store.readOnly);
      expect(await rejection(store.record(phase('web9', ''), 'engine'))).toMatchObject({
        code: 'store.read-only',
      });
      await store.close();
      expect(await readFile(journal)).toEqual(content);
    }));
});
