import {execFileSync} from 'node:child_process';
import {readdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDurable, writeDurable} from '../../src/store/durable-file.ts';
import {ownDirectory} from '../../src/store/own-file.ts';
import {inFolder, rejection} from './example-run.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (read: Uint8Array | undefined): string => new TextDecoder().decode(read);
const limit = {maxBytes: 1000};

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

  test('that is a pipe is refused without waiting for its other end', () =>
    inFolder(async folder => {
      const path = join(folder, 'pipe');
      execFileSync('mkfifo', [path]);
      expect(await rejection(readDurable(path, limit))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(writeDurable(path, bytes('x')))).toMatchObject({code: 'store.foreign'});
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
});
