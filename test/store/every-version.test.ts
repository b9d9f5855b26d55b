import {cp, mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {eventVersion} from '../../src/record/event.ts';
import {openRunStore, readRun} from '../../src/store/run-store.ts';
import {runDirectory} from '../../src/store/paths.ts';
import {inFolder, operator} from './example-run.ts';

/** Journals as each older version wrote them on real hosts, to the last byte. */
const journals = fileURLToPath(new URL('../fixtures/journals', import.meta.url));

const versions = (await readdir(journals)).map(name => Number(/^v(\d+)\.jsonl$/.exec(name)?.[1]));

test('there is a journal of every version before this one', () => {
  expect(versions.sort()).toEqual(Array.from({length: eventVersion - 1}, (_, index) => index + 1));
});

test.each(versions)(
  'a run that version %i of the format recorded is read to its end and can be gone on with',
  version =>
    inFolder(async folder => {
      const id = '20261124-0418-b139';
      const directory = runDirectory(folder, id);
      await mkdir(directory, {recursive: true, mode: 0o700});
      await cp(join(journals, `v${version}.jsonl`), join(directory, 'journal.jsonl'));
      const before = await readRun(folder, id);
      expect(before.events).toHaveLength(167);
      expect(before.state.run.closed?.reason).toBe('done');
      expect(before.state.run.stages.verify.status).toBe('complete');
      const phases = [...before.state.hosts.values()].map(record => record.phase);
      expect([...new Set(phases)].sort()).toEqual(['done', 'rolled back']);

      const store = await openRunStore({stateDir: folder, id, existing: true});
      const event = await store.record(
        {type: 'run.taken-over', data: {epoch: 2, from: 'elsewhere'}},
        operator,
      );
      expect(event).toMatchObject({v: eventVersion, seq: 168});
      await store.close();
      expect((await readRun(folder, id)).state.run.epoch).toBe(2);
    }),
);
