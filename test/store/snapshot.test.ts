import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Body} from '../../src/record/event.ts';
import {foldAll} from '../../src/record/fold.ts';
import {openRunStore, type RunStore} from '../../src/store/run-store.ts';
import {readSnapshot, writeSnapshot} from '../../src/store/snapshot.ts';
import {eventsOf, foldPossible} from '../record/example-events.ts';
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

  const spoilt: [string, (good: Buffer) => string | Buffer][] = [
    ['empty', () => ''],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['cut short', good => good.subarray(0, good.length - 10)],
    ['changed in one byte', good => Buffer.from(good.toString().replace('web1', 'web2'))],
    ['nested 200,000 deep', () => '['.repeat(200_000)],
  ];
  test.each(spoilt)('that is %s is not taken: the journal is, and nothing is lost', (_, spoil) =>
    inFolder(async folder => {
      const store = await open(folder);
      await store.record(started(), operator);
      await store.record(included('web1'), operator);
      await store.close();
      await writeFile(snapshotOf(store), spoil(await readFile(snapshotOf(store))));
      const again = await open(folder);
      expect([...again.state.hosts.keys()]).toEqual(['web1']);
      expect(again.readOnly).toBeUndefined();
      await again.record(phase('web1', 'on'), 'engine');
      await again.close();
      expect((await readSnapshot(snapshotOf(store)))?.head.seq).toBe(3);
    }),
  );

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

  test('of another run beside the journal is not taken', () =>
    inFolder(async folder => {
      const store = await open(folder);
      const bodies: Body[] = [started(), included('web1')];
      for (const body of bodies) await store.record(body, operator);
      await store.close();
      const {state} = foldAll(eventsOf([started(), included('evil')]));
      await writeSnapshot(snapshotOf(store), {head: {seq: 2, hash: 'b'.repeat(64)}, state});
      const again = await open(folder);
      expect([...again.state.hosts.keys()]).toEqual(['web1']);
      await again.close();
    }));
});
