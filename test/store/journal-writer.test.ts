import {spawn} from 'node:child_process';
import {open, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {JournalWriter} from '../../src/store/journal-writer.ts';
import {count, openCounts, readCounts} from './example-journal.ts';
import {inFolder, until} from './example-run.ts';

const line = (text: string): Uint8Array => new TextEncoder().encode(text);
const ignore = (): void => undefined;

describe('when the disk fails', () => {
  test('lines that come during an fsync wait for it, and go together in one more', () =>
    inFolder(async folder => {
      const path = join(folder, 'journal');
      const handle = await open(path, 'w+');
      let syncs = 0;
      let running = 0;
      let goOn: () => void = ignore;
      const held = new Promise<void>(resolve => (goOn = resolve));
      const sync = handle.datasync.bind(handle);
      handle.datasync = async () => {
        expect(running++).toBe(0);
        if (++syncs === 1) await held;
        await sync();
        running--;
      };
      const writer = new JournalWriter(path, handle, 0);
      const first = writer.write(line('first'), ignore);
      await until('it is being synced', () => syncs === 1);
      const others = Array.from({length: 1000}, (_, n) => writer.write(line(String(n)), ignore));
      await new Promise(resolve => setImmediate(resolve));
      goOn();
      await Promise.all([first, ...others]);
      expect(syncs).toBe(2);
      await writer.close();
      const expected = ['first', ...others.keys(), ''].join('\n');
      expect(await readFile(path, 'utf8')).toBe(expected);
    }));

  test('a write that stops halfway is an error for every event of it, and the journal goes on once there is room', () =>
    inFolder(async folder => {
      const path = join(folder, 'journal');
      const said = await appendUntilItFails(path, 8);
      const recorded = said.filter(word => word.startsWith('ok ')).map(word => Number(word.slice(3)));
      expect(recorded.length).toBeGreaterThan(10);
      expect(said.at(-1)).toBe('failed store.write-failed, then store.write-failed');
      expect(await readCounts(path)).toEqual(recorded);
      const journal = await openCounts(path);
      expect(journal.notices).toEqual([]);
      await journal.append(count(-1), 'test');
      await journal.close();
      expect(await readCounts(path)).toEqual([...recorded, -1]);
    }));
});

const appender = new URL('appender.ts', import.meta.url).pathname;

/** Appends in a process that may write no file beyond so many KiB: the kernel then writes a part, and refuses the rest. */
const appendUntilItFails = async (path: string, kib: number): Promise<string[]> => {
  // bash counts in KiB, dash in half of that.
  const limited = 'ulimit -f "$1" && shift && exec "$@"';
  const child = spawn('bash', ['-c', limited, 'bash', String(kib), process.execPath, appender, path, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await new Promise(resolve => child.once('close', resolve));
  return said
    .trim()
    .split('\n')
    .map(word => (/^\d/.test(word) ? `ok ${word}` : word));
};
