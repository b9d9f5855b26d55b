import {createHash} from 'node:crypto';
import {readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {
  count,
  countSchema,
  inJournal,
  numbers,
  openCounts,
  readCounts,
  writeCounts,
} from './example-journal.ts';
import {rejection} from './example-run.ts';

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

describe('a damaged journal', () => {
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
});
