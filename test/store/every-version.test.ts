import {cp, mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {eventVersion} from '../../src/record/event.ts';
import {openRunStore, readRun} from '../../src/store/run-store.ts';
import {runDirectory} from '../../src/store/paths.ts';
import {inFolder, operator} from './example-run.ts';

/**
 * Journals as each older version wrote them on real hosts, to the last byte: one host upgraded, one taken back. That of 2 was exported in the
 * middle and gone on with elsewhere.
 */
const journals = fileURLToPath(new URL('../fixtures/journals', import.meta.url));

const versions: readonly {version: number; id: string; events: number; closed?: string; epoch: number}[] = [
  {version: 1, id: '20261124-0418-b139', events: 167, closed: 'done', epoch: 1},
  {version: 2, id: '20261126-0425-f273', events: 88, epoch: 2},
];

test('there is a journal of every version before this one', async () => {
  expect((await readdir(journals)).sort()).toEqual(
    Array.from({length: eventVersion - 1}, (_, index) => `v${index + 1}.jsonl`),
  );
  expect(versions).toHaveLength(eventVersion - 1);
});

test.each(versions)(
  'a run that version $version of the format recorded is read to its end and can be gone on with',
  ({version, id, events, closed, epoch}) =>
    inFolder(async folder => {
      const directory = runDirectory(folder, id);
      await mkdir(directory, {recursive: true, mode: 0o700});
      await cp(join(journals, `v${version}.jsonl`), join(directory, 'journal.jsonl'));
      const before = await readRun(folder, id);
      expect(before.events).toHaveLength(events);
      expect(before.state.run.closed?.reason).toBe(closed);
      expect(before.state.run.epoch ?? 1).toBe(epoch);
      const phases = [...before.state.hosts.values()].map(record => record.phase);
      expect([...new Set(phases)].sort()).toEqual(['done', 'rolled back']);

      const store = await openRunStore({stateDir: folder, id, existing: true});
      const event = await store.record(
        {type: 'run.taken-over', data: {epoch: epoch + 1, from: 'elsewhere', token: 'f'.repeat(32)}},
        operator,
      );
      expect(event).toMatchObject({v: eventVersion, seq: events + 1});
      await store.close();
      expect((await readRun(folder, id)).state.run).toMatchObject({epoch: epoch + 1, token: 'f'.repeat(32)});
    }),
);
