import {createHash} from 'node:crypto';
import {
  chmod,
  copyFile,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import {basename, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import {count, countSchema, numbers, openCounts, readCounts, writeCounts} from './example-journal.ts';
import {inFolder, rejection} from './example-run.ts';

const inJournal = (work: (path: string) => Promise<void>): Promise<void> =>
  inFolder(folder => work(join(folder, 'journal.jsonl')));

describe('a journal', () => {
  test('gives back what was recorded, in order', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      expect(await readCounts(path)).toEqual([1, 2, 3]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }));

  test('chains each line to the bytes of the one before', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      const [first = '', second = ''] = (await readFile(path, 'utf8')).split('\n');
      expect(JSON.parse(first)).toMatchObject({
        v: 1,
        seq: 1,
        prevHash: '0'.repeat(64),
        actor: 'test',
        data: {n: 1},
      });
      const hash = createHash('sha256').update(first).digest('hex');
      expect(JSON.parse(second)).toMatchObject({seq: 2, prevHash: hash});
    }));

  test('has no file before its first event, and never an empty one', () =>
    inJournal(async path => {
      const journal = await openCounts(path);
      expect(await readdir(join(path, '..'))).toEqual([]);
      await journal.append(count(1), 'test');
      expect(await readdir(join(path, '..'))).toEqual([basename(path)]);
      await journal.close();
    }));

  test('keeps the order of events that come at once, and says each is durable before its promise resolves', () =>
    inJournal(async path => {
      const durable: number[] = [];
      const journal = await openCounts(path, {durable: event => durable.push(event.data.n)});
      const all = Array.from({length: 500}, (_, at) => at + 1);
      await Promise.all(
        all.map(async n => {
          await journal.append(count(n), 'test');
          expect(durable).toContain(n);
        }),
      );
      await journal.close();
      expect(durable).toEqual(all);
      expect(await readCounts(path)).toEqual(all);
    }));

  test('writes what is pending when it is closed', () =>
    inJournal(async path => {
      const journal = await openCounts(path);
      const pending = [journal.append(count(1), 'test'), journal.append(count(2), 'test')];
      await journal.close();
      await Promise.all(pending);
      expect(await readCounts(path)).toEqual([1, 2]);
      expect(await rejection(journal.append(count(3), 'test'))).toBeInstanceOf(Error);
    }));

  test('does not write an event that is refused, and goes on after it', () =>
    inJournal(async path => {
      const admit = (event: {data: {n: number}}): void => {
        if (event.data.n === 2) throw new Error('not two');
      };
      const journal = await openCounts(path, {admit});
      const results = await Promise.allSettled([1, 2, 3].map(n => journal.append(count(n), 'test')));
      expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      await journal.close();
      expect(await readCounts(path)).toEqual([1, 3]);
    }));

  test('does not write an event that could not be read again', () =>
    inJournal(async path => {
      const journal = await openCounts(path);
      expect(await rejection(journal.append(count(1.5), 'test'))).toBeInstanceOf(Error);
      await journal.close();
      expect(await readdir(join(path, '..'))).toEqual([]);
    }));

  test('cannot be written by a reader', () =>
    inJournal(async path => {
      await writeCounts(path, 1);
      const reader = await openCounts(path, {mode: 'read'});
      expect(await rejection(reader.append(count(2), 'test'))).toMatchObject({code: 'store.read-only'});
    }));

  test('brings lines of an older version up to date', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      const doubled = await openCounts(path, {
        version: 2,
        upcast: line => {
          const {data} = countSchema.parse(line);
          return count(data.n * 2);
        },
      });
      expect(numbers(doubled)).toEqual([2, 4]);
      await doubled.append(count(6), 'test');
      await doubled.close();
      expect(await readFile(path, 'utf8')).toMatch(/\{"v":1.*\n\{"v":1.*\n\{"v":2.*\n$/);
    }));
});

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

  test('is not mended by a reader', () =>
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

  test('with a line in the middle that is no JSON is read-only from there on', () =>
    inJournal(async path => {
      await writeCounts(path, 3);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace('"seq":2', '"seq"!2'));
      const journal = await openCounts(path);
      expect(numbers(journal)).toEqual([1]);
      expect(journal.readOnly).toContain('line 2 cannot be read');
    }));

  test('with a line taken out is read-only from there on', () =>
    inJournal(async path => {
      await writeCounts(path, 4);
      const lines = (await readFile(path, 'utf8')).split('\n');
      await writeFile(path, lines.filter((_, at) => at !== 1).join('\n'));
      const journal = await openCounts(path);
      expect(numbers(journal)).toEqual([1]);
      expect(journal.readOnly).toContain('line 2 does not follow');
    }));

  test('with a whole last line of a kind nobody knows is read-only, and nothing is cut', () =>
    inJournal(async path => {
      const other = await openCounts(path, {schema: countSchema});
      await other.append(count(1), 'test');
      await other.append(count(2), 'test');
      await other.close();
      const size = (await stat(path)).size;
      const strict = countSchema.extend({data: countSchema.shape.data.refine(({n}) => n < 2)});
      const journal = await openCounts(path, {schema: strict});
      expect(numbers(journal)).toEqual([1]);
      expect(journal.readOnly).toContain('does not know');
      expect((await stat(path)).size).toBe(size);
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

describe('a journal that is not ours to write', () => {
  test.each(['', ' \n', 'null', '[]', '[]\n', '"x"', '\0\0\0\0', '{"v":1'])(
    'is refused untouched when it holds %j',
    content =>
      inJournal(async path => {
        await writeFile(path, content, {mode: 0o600});
        expect(await rejection(openCounts(path))).toMatchObject({
          code: 'store.foreign',
          message: expect.stringContaining(path) as string,
        });
        expect(await readFile(path, 'utf8')).toBe(content);
      }),
  );

  test('is refused untouched when a newer patchdeck wrote to it', () =>
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

  test('is refused when it is a symbolic link', () =>
    inJournal(async path => {
      await writeCounts(`${path}.real`, 1);
      await symlink(`${path}.real`, path);
      expect(await rejection(openCounts(path))).toMatchObject({code: 'store.foreign'});
    }));

  test('is taken and tightened when others could read it', () =>
    inJournal(async path => {
      await writeCounts(path, 1);
      await chmod(path, 0o644);
      const journal = await openCounts(path);
      expect(journal.notices).toEqual([expect.stringContaining('0644')]);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await journal.close();
    }));
});

describe('a journal with a snapshot beside it', () => {
  test('gives only the events after it', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      const {head} = await openCounts(path, {mode: 'read'});
      const journal = await openCounts(path);
      await journal.append(count(3), 'test');
      await journal.close();
      const later = await openCounts(path, {from: head});
      expect(later.continued).toBe(true);
      expect(numbers(later)).toEqual([3]);
      await later.append(count(4), 'test');
      await later.close();
      expect(await readCounts(path)).toEqual([1, 2, 3, 4]);
    }));

  test('gives all of them when the snapshot is of another journal', () =>
    inJournal(async path => {
      await writeCounts(path, 2);
      const journal = await openCounts(path, {from: {seq: 2, hash: 'a'.repeat(64)}});
      expect(journal.continued).toBe(false);
      expect(numbers(journal)).toEqual([1, 2]);
      await journal.close();
    }));

  test('is seen to be damaged before the snapshot, too', () =>
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
