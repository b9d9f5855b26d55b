import {cp, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {listRuns, openRunStore, readRun, type RunStore} from '../../src/store/run-store.ts';
import {included, inFolder, operator, phase, rejection, runId, started} from '../store/example-run.ts';

const openRun = (stateDir: string): Promise<RunStore> =>
  openRunStore({stateDir, id: runId, existing: true, now: () => Date.parse('2026-11-24T03:00:00Z')});

/** A closed run of two hosts; the last event is a phase of web2. */
const closedRun = async (folder: string): Promise<{stateDir: string; journal: string}> => {
  const stateDir = join(folder, 'state');
  const store = await openRunStore({stateDir, id: runId});
  await store.record(started(), operator);
  for (const name of ['web1', 'web2']) await store.record(included(name), operator);
  await store.record(phase('web2', 'waits'), 'engine');
  await store.close();
  return {stateDir, journal: join(store.directory, 'journal.jsonl')};
};

test('the last event of a record is changed, so that the chain is whole in itself: it is said, and nothing is added or done on its strength', () =>
  inFolder(async folder => {
    const {stateDir, journal} = await closedRun(folder);
    const good = await readFile(journal, 'utf8');
    await writeFile(journal, good.replace('"phase":"locked"', '"phase":"done"'));
    const store = await openRun(stateDir);
    expect(store.readOnly).toContain('event 4 is not what was recorded');
    expect(store.notices).toEqual([store.readOnly]);
    expect(await rejection(store.record(phase('web1', ''), 'engine'))).toMatchObject({
      code: 'store.read-only',
    });
    await store.close();
    expect((await readRun(stateDir, runId)).notices).toEqual([store.readOnly]);
    expect(await listRuns(stateDir)).toMatchObject([{open: false, problem: store.readOnly}]);
    await writeFile(journal, good);
    const whole = await openRun(stateDir);
    expect([whole.readOnly, whole.notices]).toEqual([undefined, []]);
    await whole.close();
  }));

test('the last event is lost (a disk that did not keep what it had synced): it is said once, and a console that is killed after that leaves a whole record', () =>
  inFolder(async folder => {
    const {stateDir, journal} = await closedRun(folder);
    const lines = (await readFile(journal, 'utf8')).split('\n');
    await writeFile(journal, `${lines.slice(0, 3).join('\n')}\n`);
    const store = await openRun(stateDir);
    expect(store.notices).toEqual([
      expect.stringContaining('ends with event 3, and event 4 had been recorded'),
    ]);
    await store.record(phase('web1', 'instead'), 'engine');
    await store.record(phase('web2', 'after it'), 'engine');
    // As kill -9 leaves it: nothing is closed.
    const left = join(folder, 'left');
    await cp(stateDir, left, {recursive: true});
    await store.close();
    const next = await openRun(left);
    expect([next.readOnly, next.notices]).toEqual([undefined, []]);
    expect(next.state.hosts.get('web1')).toMatchObject({note: 'instead'});
    await next.close();
  }));
