import {chmod, mkdir, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDurable} from '../../src/store/durable-file.ts';
import {ownDirectory} from '../../src/store/own-file.ts';
import {inJournal, openCounts, writeCounts} from '../store/example-journal.ts';
import {inFolder} from '../store/example-run.ts';
import {closedRun, reopen} from '../store/example-store.ts';

const text = (read: Uint8Array | undefined): string => new TextDecoder().decode(read);
const limit = {maxBytes: 1000};

describe('a file of the store', () => {
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
});

describe('a directory of the store', () => {
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
});

describe('a journal', () => {
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

describe('a state directory', () => {
  test('of its own that others may read is tightened, and that is said', () =>
    inFolder(async folder => {
      const {stateDir} = await closedRun(folder);
      await chmod(stateDir, 0o775);
      const store = await reopen(stateDir);
      expect(store.notices).toEqual([expect.stringContaining('0775')]);
      expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
      await store.close();
    }));
});
