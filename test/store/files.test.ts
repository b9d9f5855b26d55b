import {readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createFiles} from '../../src/store/files.ts';
import {inFolder, rejection} from './example-run.ts';

const hello = new TextEncoder().encode('hello');
/** `printf hello | sha256sum` */
const digest = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

describe('a file by digest', () => {
  test('is named by its sha256 and given back', () =>
    inFolder(async folder => {
      const files = createFiles(folder);
      expect(await files.put(hello)).toBe(digest);
      expect(await files.read(digest)).toEqual(hello);
      expect((await stat(join(folder, digest))).mode & 0o777).toBe(0o600);
    }));

  test('is there once however often and at once it is put', () =>
    inFolder(async folder => {
      const files = createFiles(folder);
      const digests = await Promise.all(Array.from({length: 20}, () => files.put(hello)));
      expect(new Set(digests)).toEqual(new Set([digest]));
      expect(await readdir(folder)).toEqual([digest]);
    }));

  test('that was changed is not used, and the right bytes mend it', () =>
    inFolder(async folder => {
      const files = createFiles(folder);
      await files.put(hello);
      await writeFile(join(folder, digest), 'hellO');
      expect(await rejection(files.read(digest))).toMatchObject({
        code: 'store.damaged',
        message: expect.stringContaining(digest) as string,
      });
      await files.put(hello);
      expect(await readFile(join(folder, digest), 'utf8')).toBe('hello');
    }));

  test('that is gone is said to be missing', () =>
    inFolder(async folder => {
      expect(await rejection(createFiles(folder).read(digest))).toMatchObject({code: 'store.missing'});
    }));

  test('is never asked for by anything but a digest', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'secret'), 'x', {mode: 0o600});
      await expect(createFiles(join(folder)).read('../secret')).rejects.toThrow();
      await expect(createFiles(join(folder)).read('secret')).rejects.toThrow();
    }));

  test('behind a planted link is refused, reading and writing', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'elsewhere'), 'hello', {mode: 0o600});
      await symlink(join(folder, 'elsewhere'), join(folder, digest));
      const files = createFiles(folder);
      expect(await rejection(files.read(digest))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(files.put(hello))).toMatchObject({code: 'store.foreign'});
    }));
});
