import {spawn} from 'node:child_process';
import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {describe, expect, test} from 'vitest';
import {acquireLock, thisConsole} from '../../src/store/lock.ts';
import {inFolder, rejection, until} from './example-run.ts';

const about = {pid: 1234, host: 'jump1', user: 'ana', since: '2026-11-24T02:33:00Z', tty: '/dev/pts/3'};
const holder = new URL('lock-holder.ts', import.meta.url);

const isFree = async (path: string): Promise<boolean> => {
  const lock = await acquireLock(path, about);
  if (!('release' in lock)) return false;
  await lock.release();
  return true;
};

/** A process that holds the lock and has a child of its own. */
const startHolder = async (
  path: string,
): Promise<{kill(): Promise<void>; collected(): boolean; childPid: number}> => {
  const child = spawn(process.execPath, [holder.pathname, path], {stdio: ['ignore', 'pipe', 'inherit']});
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await until('it holds the lock', () => said.includes('\n'));
  const childPid = Number.parseInt(said);
  return {
    childPid,
    collected: () => said.includes('collected'),
    kill: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
};

describe('a lock', () => {
  test('is held by one, and says who that is', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const lock = await acquireLock(path, about);
      expect(await acquireLock(path, thisConsole(0))).toEqual({heldBy: about});
      if (!('release' in lock)) throw new Error('it was not free');
      await lock.release();
      expect(await isFree(path)).toBe(true);
      expect(await readdir(folder)).toEqual(['lock']);
    }));

  test('frees itself when its holder is killed, whatever children it leaves', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const other = await startHolder(path);
      try {
        expect(await isFree(path)).toBe(false);
        await other.kill();
        await until('the lock is free', () => isFree(path));
        expect(() => process.kill(other.childPid, 0)).not.toThrow();
      } finally {
        process.kill(other.childPid, 'SIGKILL');
      }
    }));

  test('frees itself when the thread that holds it is ended', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const worker = new Worker(holder, {argv: [path], stdout: true});
      await new Promise(resolve => worker.once('message', resolve));
      expect(await isFree(path)).toBe(false);
      await worker.terminate();
      await until('the lock is free', () => isFree(path));
    }));

  test('stays held when its holder forgets about it', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const other = await startHolder(path);
      try {
        await until('it collected its garbage', () => other.collected());
        expect(await isFree(path)).toBe(false);
      } finally {
        process.kill(other.childPid, 'SIGKILL');
        await other.kill();
      }
    }));

  test('can be waited for', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const first = await acquireLock(path, about);
      if (!('release' in first)) throw new Error('it was not free');
      const second = acquireLock(path, about, 10_000);
      const third = await acquireLock(path, about, 50);
      expect(third).toHaveProperty('heldBy');
      await first.release();
      const lock = await second;
      expect(lock).toHaveProperty('release');
      if ('release' in lock) await lock.release();
    }));

  test('is held whatever is written beside it', () =>
    inFolder(async folder => {
      const path = join(folder, 'lock');
      const lock = await acquireLock(path, about);
      await writeFile(`${path}.owner`, '[[[');
      expect(await acquireLock(path, about)).toEqual({heldBy: undefined});
      await writeFile(`${path}.owner`, JSON.stringify({...about, user: '\u001b]52;c;AAAA\u0007eve'}));
      expect(await acquireLock(path, about)).toEqual({heldBy: {...about, user: 'eve'}});
      if ('release' in lock) await lock.release();
    }));

  test('cannot be had without flock, and util-linux is named', () =>
    inFolder(async folder => {
      const before = process.env['PATH'];
      process.env['PATH'] = folder;
      try {
        expect(await rejection(acquireLock(join(folder, 'lock'), about))).toMatchObject({
          code: 'store.no-flock',
          next: expect.stringContaining('util-linux') as string,
        });
      } finally {
        process.env['PATH'] = before;
      }
    }));
});
