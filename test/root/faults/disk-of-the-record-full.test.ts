import {readdir, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Body} from '../../../src/record/event.ts';
import {openRunStore} from '../../../src/store/run-store.ts';
import {included, operator, phase, rejection, runId, started} from '../../store/example-run.ts';
import {onSmallDisk} from '../small-disk.ts';

const note = (n: number): Body => phase('web1', `${n} ${'x'.repeat(400)}`);

describe('the disk of the record is full: it', () => {
  test('rejects what could not be recorded, goes on rejecting, loses nothing that was recorded, and goes on once there is room', () =>
    onSmallDisk(128, async disk => {
      await writeFile(join(disk, 'ballast'), new Uint8Array(32 * 1024));
      const store = await openRunStore({stateDir: join(disk, 'state'), id: runId});
      await store.record(started(), operator);
      await store.record(included('web1'), operator);
      let recorded = 0;
      let failure: unknown;
      while (failure === undefined) {
        const some = await Promise.allSettled([1, 2, 3].map(n => store.record(note(recorded + n), 'engine')));
        const failed = some.find(result => result.status === 'rejected');
        if (failed === undefined) recorded += 3;
        else failure = failed.reason;
      }
      expect(failure).toMatchObject({
        code: 'store.full',
        message: expect.stringContaining('journal.jsonl') as string,
      });
      expect(recorded).toBeGreaterThan(50);
      expect(store.readOnly).toContain('no room');
      // What is shown is what is on disk.
      expect(store.state.hosts.get('web1')?.note).toMatch(new RegExp(`^${recorded} `));
      await unlink(join(disk, 'ballast'));
      expect(await rejection(store.record(note(0), 'engine'))).toBe(failure);
      await store.close();

      const again = await openRunStore({stateDir: join(disk, 'state'), id: runId, existing: true});
      expect(again.notices).toEqual([]);
      expect(again.state.run.seq).toBe(recorded + 2);
      await again.record(note(recorded + 1), 'engine');
      await again.close();
    }));

  test('rejects a file that did not fit, and leaves no part of it', () =>
    onSmallDisk(128, async disk => {
      const store = await openRunStore({stateDir: join(disk, 'state'), id: runId});
      await store.record(started(), operator);
      expect(await rejection(store.put(new Uint8Array(200 * 1024)))).toMatchObject({code: 'store.full'});
      expect(await readdir(join(store.directory, 'files'))).toEqual([]);
      expect(await store.put(new Uint8Array(1024))).toMatch(/^[0-9a-f]{64}$/);
      expect(await rejection(store.appendLog('0'.repeat(32), new Uint8Array(200 * 1024)))).toMatchObject({
        code: 'store.full',
      });
      await store.close();
    }));
});
