import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {openRunStore, type RunStore} from '../../src/store/run-store.ts';
import {readSnapshot, writeSnapshot} from '../../src/store/snapshot.ts';
import {foldPossible} from '../record/example-events.ts';
import {anyBodies} from '../record/any-bodies.ts';
import {included, inFolder, operator, phase, runId, started, until} from './example-run.ts';

const open = (stateDir: string): Promise<RunStore> => openRunStore({stateDir, id: runId});
const snapshotOf = (store: RunStore): string => join(store.directory, 'snapshot.json');

describe('a snapshot', () => {
  test('gives back any state that a run can come to', () =>
    inFolder(async folder => {
      const path = join(folder, 'snapshot.json');
      await fc.assert(
        fc.asyncProperty(anyBodies, async bodies => {
          const {state} = foldPossible(bodies);
          const head = {seq: state.run.seq, hash: 'a'.repeat(64)};
          await writeSnapshot(path, {head, state});
          expect(await readSnapshot(path)).toEqual({head, state});
        }),
        {numRuns: 60},
      );
    }));

  test('is written when the run is closed, for its owner only', () =>
    inFolder(async folder => {
      const store = await open(folder);
      await store.record(started(), operator);
      await store.close();
      expect((await readSnapshot(snapshotOf(store)))?.head.seq).toBe(1);
      expect((await stat(snapshotOf(store))).mode & 0o777).toBe(0o600);
    }));

  test('is written in the background after 500 events', () =>
    inFolder(async folder => {
      const store = await open(folder);
      await store.record(started(), operator);
      await store.record(included('web1'), operator);
      await Promise.all(
        Array.from({length: 600}, (_, n) => store.record(phase('web1', String(n)), 'engine')),
      );
      await until('there is one', async () => (await readSnapshot(snapshotOf(store))) !== undefined);
      expect((await readSnapshot(snapshotOf(store)))?.head.seq).toBeGreaterThanOrEqual(500);
      await store.close();
      expect((await readSnapshot(snapshotOf(store)))?.head.seq).toBe(602);
    }));

  test('is gone on from with the events that came after it', () =>
    inFolder(async folder => {
      const store = await open(folder);
      await store.record(started(), operator);
      await store.record(included('web1'), operator);
      await store.close();
      const early = await readFile(snapshotOf(store));
      const second = await open(folder);
      await second.record(phase('web1', 'later'), 'engine');
      await second.close();
      await writeFile(snapshotOf(store), early);
      const third = await open(folder);
      expect(third.state.hosts.get('web1')?.note).toBe('later');
      expect(third.state.run.seq).toBe(3);
      expect(await third.record(phase('web1', 'on'), 'engine')).toMatchObject({seq: 4});
      await third.close();
    }));
});
