import {execFileSync} from 'node:child_process';
import {chown, chmod, mkdir, readdir, readFile, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDurable, writeDurable} from '../../src/store/durable-file.ts';
import {ownDirectory} from '../../src/store/own-file.ts';
import {inFolder, rejection} from './example-run.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (read: Uint8Array | undefined): string => new TextDecoder().decode(read);
const limit = {maxBytes: 1000};
const isRoot = process.getuid?.() === 0;

describe('a file of the store', () => {
  test('is replaced as a whole, is for its owner only, and leaves nothing beside it', () =>
    inFolder(async folder => {
      const path = join(folder, 'file');
      await writeDurable(path, bytes('one'));
      await writeDurable(path, bytes('two'));
      expect(text(await readDurable(path, limit))).toBe('two');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['file']);
    }));

  test('that is not there is undefined', () =>
    inFolder(async folder => {
      expect(await readDurable(join(folder, 'none'), limit)).toBeUndefined();
    }));

  test('that is a symbolic link is neither read nor written, and its target stays', () =>
    inFolder(async folder => {
      const path = join(folder, 'link');
      await writeFile(join(folder, 'target'), 'mine', {mode: 0o600});
      await symlink(join(folder, 'target'), path);
      const refusal = {code: 'store.foreign', message: expect.stringContaining(path) as string};
      expect(await rejection(readDurable(path, limit))).toMatchObject(refusal);
      expect(await rejection(writeDurable(path, bytes('x')))).toMatchObject(refusal);
      expect(await readFile(join(folder, 'target'), 'utf8')).toBe('mine');
    }));

  test('that is a pipe is refused without waiting for its other end', () =>
    inFolder(async folder => {
      const path = join(folder, 'pipe');
      execFileSync('mkfifo', [path]);
      expect(await rejection(readDurable(path, limit))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(writeDurable(path, bytes('x')))).toMatchObject({code: 'store.foreign'});
    }));

  test('of another user is refused, with both users named', () =>
    inFolder(async folder => {
      // Root makes one; anybody else finds one.
      const path = isRoot ? join(folder, 'file') : '/etc/passwd';
      if (isRoot) {
        await writeFile(path, 'x', {mode: 0o600});
        await chown(path, 12_345, 12_345);
      }
      const error = await rejection(readDurable(path, {maxBytes: 1_000_000}));
      expect(error).toMatchObject({
        code: 'store.foreign',
        next: expect.stringContaining('--state-dir') as string,
      });
      expect(error).toMatchObject({message: expect.stringContaining(isRoot ? '12345' : 'user 0') as string});
    }));

  test('that others may read is taken, tightened, and said', () =>
    inFolder(async folder => {
      const path = join(folder, 'file');
      await writeFile(path, 'open');
      await chmod(path, 0o644);
      const said: string[] = [];
      expect(text(await readDurable(path, {...limit, notice: sentence => said.push(sentence)}))).toBe('open');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect(said).toEqual([expect.stringContaining('mode 0644')]);
    }));

  test('that is larger than it may be is not read', () =>
    inFolder(async folder => {
      const path = join(folder, 'file');
      await writeDurable(path, new Uint8Array(1001));
      expect(await rejection(readDurable(path, limit))).toMatchObject({code: 'store.too-large'});
    }));

  test('is as it was when its directory cannot be written', () =>
    inFolder(async folder => {
      const path = join(folder, 'gone', 'file');
      expect(await rejection(writeDurable(path, bytes('x')))).toMatchObject({code: 'store.write-failed'});
    }));
});

describe('a directory of the store', () => {
  test('is made with those above it, for its owner only', () =>
    inFolder(async folder => {
      await ownDirectory(join(folder, 'a', 'b'));
      expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
      expect((await stat(join(folder, 'a', 'b'))).mode & 0o777).toBe(0o700);
    }));

  test('that is open to others is tightened, and said', () =>
    inFolder(async folder => {
      const path = join(folder, 'state');
      await mkdir(path);
      await chmod(path, 0o755);
      const said: string[] = [];
      await ownDirectory(path, sentence => said.push(sentence));
      expect((await stat(path)).mode & 0o777).toBe(0o700);
      expect(said).toHaveLength(1);
    }));

  test('that is a link or a file is refused', () =>
    inFolder(async folder => {
      await symlink(folder, join(folder, 'link'));
      await writeFile(join(folder, 'file'), '');
      expect(await rejection(ownDirectory(join(folder, 'link')))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(ownDirectory(join(folder, 'file')))).toMatchObject({code: 'store.foreign'});
    }));
});
