import {mkdir, readdir, readFile, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createFiles, sha256} from '../../src/store/files.ts';
import {createLogs, type Logs} from '../../src/store/logs.ts';
import {inFolder, jobId, rejection} from './example-run.ts';

const job = jobId(1);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (raw: Uint8Array | undefined): string => new TextDecoder().decode(raw);

const withLogs = (work: (logs: Logs, folder: string) => Promise<void>): Promise<void> =>
  inFolder(async folder => {
    await mkdir(join(folder, 'logs'));
    await mkdir(join(folder, 'files'));
    await work(createLogs(join(folder, 'logs'), createFiles(join(folder, 'files'))), folder);
  });

describe('the log of a job', () => {
  test('grows chunk by chunk, in the order the chunks came', () =>
    withLogs(async logs => {
      await Promise.all(Array.from({length: 50}, (_, n) => logs.append(job, bytes(`${n}\n`))));
      const expected = Array.from({length: 50}, (_, n) => `${n}\n`).join('');
      expect(await logs.bytes(job)).toBe(expected.length);
      expect(text(await logs.tail(job, 1_000_000))).toBe(expected);
      expect(text(await logs.tail(job, 6))).toBe('48\n49\n');
    }));

  test('that said nothing yet has no bytes and no tail', () =>
    withLogs(async logs => {
      expect(await logs.bytes(job)).toBe(0);
      expect(await logs.tail(job, 10)).toBeUndefined();
    }));

  test('becomes a file by its digest, and is there raw until it is forgotten', () =>
    withLogs(async (logs, folder) => {
      await logs.append(job, bytes('Unpacking nginx\n'));
      const digest = await logs.finish(job);
      expect(digest).toBe(sha256(bytes('Unpacking nginx\n')));
      expect(await readFile(join(folder, 'files', digest), 'utf8')).toBe('Unpacking nginx\n');
      expect(await logs.bytes(job)).toBe(16);
      expect(await logs.finish(job)).toBe(digest);
      await logs.forget(job);
      await logs.forget(job);
      expect(await readdir(join(folder, 'logs'))).toEqual([]);
    }));

  test('of a job that never said anything is the empty file', () =>
    withLogs(async logs => {
      expect(await logs.finish(job)).toBe(sha256(new Uint8Array()));
    }));

  test('that went wild is kept from its end, and says how much is not there', () =>
    withLogs(async (logs, folder) => {
      await logs.append(job, bytes('x'));
      const size = 64 * 1024 * 1024 + 1000;
      await truncate(join(folder, 'logs', `${job}.log`), size);
      await logs.append(job, bytes('the end'));
      const kept = await readFile(join(folder, 'files', await logs.finish(job)));
      expect(text(kept.subarray(0, 60))).toContain('[the first 1007 bytes of this log were not kept]\n');
      expect(text(kept.subarray(-7))).toBe('the end');
    }));

  test('is never a path made by somebody else', () =>
    withLogs(async (logs, folder) => {
      await expect(logs.append('../../etc/cron', bytes('x'))).rejects.toThrow();
      await writeFile(join(folder, 'elsewhere'), '', {mode: 0o600});
      await symlink(join(folder, 'elsewhere'), join(folder, 'logs', `${job}.log`));
      expect(await rejection(logs.append(job, bytes('x')))).toMatchObject({code: 'store.foreign'});
      expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('');
    }));
});
