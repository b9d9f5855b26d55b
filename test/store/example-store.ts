import {join} from 'node:path';
import {openRunStore, type RunStore} from '../../src/store/run-store.ts';
import {included, inFolder, operator, runId, started} from './example-run.ts';

const now = (): number => Date.parse('2026-11-24T02:33:00Z');

/** A run of two hosts, open. */
export const beginRun = async (stateDir: string): Promise<RunStore> => {
  const store = await openRunStore({stateDir, id: runId, now});
  await store.record(started(), operator);
  await store.record(included('web1'), operator);
  await store.record(included('db1'), operator);
  return store;
};

export const reopen = (stateDir: string): Promise<RunStore> =>
  openRunStore({stateDir, id: runId, existing: true, now});

/** Works with an open run of two hosts in a folder of its own. */
export const withRun = (work: (store: RunStore, stateDir: string) => Promise<void>): Promise<void> =>
  inFolder(async folder => {
    const stateDir = join(folder, 'state');
    const store = await beginRun(stateDir);
    try {
      await work(store, stateDir);
    } finally {
      await store.close();
    }
  });

/** A run of two hosts that was closed, and where its files are. */
export const closedRun = async (
  folder: string,
): Promise<{stateDir: string; journal: string; snapshot: string}> => {
  const stateDir = join(folder, 'state');
  const store = await beginRun(stateDir);
  await store.close();
  const directory = join(stateDir, 'runs', runId);
  return {stateDir, journal: join(directory, 'journal.jsonl'), snapshot: join(directory, 'snapshot.json')};
};
