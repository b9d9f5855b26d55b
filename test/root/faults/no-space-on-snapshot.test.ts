import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openRunStore, readRun} from '../../../src/store/run-store.ts';
import {included, operator, rejection, runId, started} from '../../store/example-run.ts';
import {onSmallDisk} from '../small-disk.ts';

describe('the disk of the record is full: it', () => {
  test('costs a run its snapshot, and nothing else, and that is said', () =>
    onSmallDisk(192, async disk => {
      const store = await openRunStore({stateDir: join(disk, 'state'), id: runId});
      await store.record(started(), operator);
      for (let n = 0; n < 100; n++) await store.record(included(`host${n}`), operator);
      await rejection(
        (async () => {
          for (let n = 0; ; n++) await writeFile(join(disk, `ballast${n}`), new Uint8Array(4096));
        })(),
      );
      await store.close();
      expect(store.notices).toEqual([expect.stringContaining('no snapshot of the run could be written')]);
      expect((await readRun(join(disk, 'state'), runId)).state.hosts.size).toBe(100);
      expect(await readdir(store.directory)).toEqual(['files', 'journal.jsonl', 'lock', 'logs']);
      const again = await openRunStore({stateDir: join(disk, 'state'), id: runId, existing: true});
      expect(again.state.hosts.size).toBe(100);
      await again.close();
    }));
});
