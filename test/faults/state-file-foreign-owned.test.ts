import {chown, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDurable} from '../../src/store/durable-file.ts';
import {inFolder, rejection} from '../store/example-run.ts';

const isRoot = process.getuid?.() === 0;

describe('a file of the store', () => {
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
});
