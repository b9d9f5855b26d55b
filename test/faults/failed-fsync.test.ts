import {open, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {JournalWriter} from '../../src/store/journal-writer.ts';
import {inFolder, rejection} from '../store/example-run.ts';
import {journalGoes, withFailingDisk} from './disk-world.ts';

const withRun = withFailingDisk();
const line = (text: string): Uint8Array => new TextEncoder().encode(text);
const ignore = (): void => undefined;

describe('when the disk fails', () => {
  test('nothing is reported as recorded after an fsync that failed, and what was written is taken back', () =>
    inFolder(async folder => {
      const path = join(folder, 'journal');
      await writeFile(path, 'before\n');
      const handle = await open(path, 'r+');
      let syncs = 0;
      const sync = handle.datasync.bind(handle);
      handle.datasync = () => {
        syncs++;
        return syncs === 2 ? Promise.reject(Object.assign(new Error('EIO'), {code: 'EIO'})) : sync();
      };
      const writer = new JournalWriter(path, handle, 7);
      await writer.write(line('one'), ignore);
      const two = rejection(writer.write(line('two'), () => expect.unreachable()));
      const three = rejection(writer.write(line('three'), () => expect.unreachable()));
      expect(await two).toMatchObject({
        code: 'store.write-failed',
        message: expect.stringContaining('EIO') as string,
      });
      expect(await three).toBe(await two);
      // The disk may answer again: what it has is no longer known, so nothing is written any more.
      expect(() => writer.requireWhole()).toThrow('EIO');
      expect(syncs).toBe(2);
      await writer.close();
      expect(await readFile(path, 'utf8')).toBe('before\none\n');
    }));
});

test('the disk fails (EIO) in the middle of an upgrade: nothing new starts, the running job is followed to its end and said, and what could not be recorded is written elsewhere', () =>
  withRun((world, disk) => journalGoes(world, disk, 'EIO')));
