import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDurable, writeDurable} from '../../src/store/durable-file.ts';
import {ownDirectory} from '../../src/store/own-file.ts';
import {inJournal, openCounts, writeCounts} from '../store/example-journal.ts';
import {inFolder, rejection} from '../store/example-run.ts';
import {beginRun} from '../store/example-store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const limit = {maxBytes: 1000};

describe('a file of the store', () => {
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
});

describe('a directory of the store', () => {
  test('that is a link or a file is refused', () =>
    inFolder(async folder => {
      await symlink(folder, join(folder, 'link'));
      await writeFile(join(folder, 'file'), '');
      expect(await rejection(ownDirectory(join(folder, 'link')))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(ownDirectory(join(folder, 'file')))).toMatchObject({code: 'store.foreign'});
    }));
});

describe('a journal', () => {
  test('that is a symbolic link is refused, and nothing behind it is touched', () =>
    inJournal(async path => {
      await writeCounts(`${path}.real`, 1);
      await symlink(`${path}.real`, path);
      expect(await rejection(openCounts(path))).toMatchObject({code: 'store.foreign'});
    }));
});

describe('a state directory', () => {
  test('that is a link is refused, and nothing is made behind it', () =>
    inFolder(async folder => {
      await mkdir(join(folder, 'real'), {mode: 0o700});
      await symlink(join(folder, 'real'), join(folder, 'state'));
      expect(await rejection(beginRun(join(folder, 'state')))).toMatchObject({code: 'store.foreign'});
      expect(await readdir(join(folder, 'real'))).toEqual([]);
    }));
});
