import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Body} from '../../src/record/event.ts';
import {foldAll} from '../../src/record/fold.ts';
import {openRunStore, type RunStore} from '../../src/store/run-store.ts';
import {readSnapshot, writeSnapshot} from '../../src/store/snapshot.ts';
import {eventsOf} from '../record/example-events.ts';
import {included, inFolder, operator, phase, runId, started} from '../store/example-run.ts';

const open = (stateDir: string): Promise<RunStore> => openRunStore({stateDir, id: runId});
const snapshotOf = (store: RunStore): string => join(store.directory, 'snapshot.json');

describe('a snapshot', () => {
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
