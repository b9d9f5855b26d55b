import {chmod, mkdir, readFile, readdir, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Body} from '../../src/record/event.ts';
import {listRuns, openRunOf, openRunStore} from '../../src/store/run-store.ts';
import {included, inFolder, operator, rejection, started} from './example-run.ts';

const first = '20261124-0233-1a2b';
const second = '20261124-0401-00ff';
const closed: Body = {type: 'run.closed', data: {reason: 'all verified'}};

/** A run that began at the minute of its id, with these events after its start; closed as a console closes it. */
const makeRun = async (
  stateDir: string,
  id: string,
  bodies: Body[] = [],
  fleet = 'shop-eu',
): Promise<string> => {
  const now = Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d).*/, '$1-$2-$3T$4:$5:30Z'));
  const store = await openRunStore({stateDir, id, now: () => now});
  for (const body of [started(id, fleet), ...bodies]) await store.record(body, operator);
  await store.close();
  return join(store.directory, 'journal.jsonl');
};

describe('the list of runs', () => {
  test('is empty where nothing ran yet', () =>
    inFolder(async folder => {
      expect(await listRuns(join(folder, 'state'))).toEqual([]);
      expect(await openRunOf(join(folder, 'state'))).toBeUndefined();
    }));

  test('has the newest first, says which are open and what each came to', () =>
    inFolder(async folder => {
      await makeRun(folder, first, [
        {type: 'stage.started', data: {stage: 'identify'}},
        {
          type: 'stage.ended',
          data: {stage: 'identify', outcome: 'complete', summary: '2 of 2 hosts answered'},
        },
        closed,
      ]);
      await makeRun(folder, second, [{type: 'stage.started', data: {stage: 'identify'}}]);
      expect(await listRuns(folder)).toEqual([
        {
          id: second,
          startedAt: '2026-11-24T04:01:30.000Z',
          fleet: 'shop-eu',
          mode: 'live',
          open: true,
          summary: 'identify running',
        },
        {
          id: first,
          startedAt: '2026-11-24T02:33:30.000Z',
          fleet: 'shop-eu',
          mode: 'live',
          open: false,
          summary: 'identify complete: 2 of 2 hosts answered',
        },
      ]);
    }));

  test('has a damaged run with its problem, and the others all the same', () =>
    inFolder(async folder => {
      const damaged = await makeRun(folder, first, [included('web1'), included('web2')]);
      const content = await readFile(damaged);
      content[content.indexOf('web1') + 3] = 0x39;
      await writeFile(damaged, content);
      await writeFile(await makeRun(folder, '20261124-0234-aaaa'), '[]');
      await makeRun(folder, second);
      const runs = await listRuns(folder);
      expect(runs.map(run => [run.id, run.open, run.fleet])).toEqual([
        [second, true, 'shop-eu'],
        ['20261124-0234-aaaa', false, 'unknown'],
        [first, false, 'shop-eu'],
      ]);
      expect(runs[1]?.problem).toContain('no journal');
      expect(runs[2]?.problem).toContain('line 3 does not follow');
    }));

  test('leaves out what is no run: other names, and runs that never began', () =>
    inFolder(async folder => {
      await makeRun(folder, first);
      await mkdir(join(folder, 'runs', 'lost+found'));
      await mkdir(join(folder, 'runs', second), {mode: 0o700});
      expect((await listRuns(folder)).map(run => run.id)).toEqual([first]);
    }));

  test('changes nothing, not even what it would mend when opened', () =>
    inFolder(async folder => {
      const journal = await makeRun(folder, first, [included('web1')]);
      await truncate(journal, (await stat(journal)).size - 10);
      const before = await readdir(join(folder, 'runs', first));
      const [run] = await listRuns(folder);
      expect(run).toMatchObject({open: true});
      expect(await readdir(join(folder, 'runs', first))).toEqual(before);
    }));

  test('of a directory that is somebody else’s is refused', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'state'), '');
      expect(await rejection(listRuns(join(folder, 'state')))).toMatchObject({code: 'store.foreign'});
    }));
});

describe('the open run', () => {
  test('is the newest that is not closed, of the fleet that is asked for', () =>
    inFolder(async folder => {
      await makeRun(folder, first);
      await makeRun(folder, '20261124-0301-aaaa', [], 'shop-us');
      await makeRun(folder, second, [closed]);
      expect(await openRunOf(folder)).toBe('20261124-0301-aaaa');
      expect(await openRunOf(folder, 'shop-eu')).toBe(first);
      expect(await openRunOf(folder, 'other')).toBeUndefined();
    }));

  test('is the later one of two that began in the same minute', () =>
    inFolder(async folder => {
      await makeRun(folder, '20261124-0233-ffff');
      const store = await openRunStore({
        stateDir: folder,
        id: '20261124-0233-0000',
        now: () => Date.parse('2026-11-24T02:33:59Z'),
      });
      await store.record(started('20261124-0233-0000'), operator);
      await store.close();
      expect(await openRunOf(folder)).toBe('20261124-0233-0000');
    }));

  test('is never a damaged one: nothing could be recorded in it', () =>
    inFolder(async folder => {
      await makeRun(folder, first);
      await writeFile(await makeRun(folder, second), 'null');
      expect(await openRunOf(folder)).toBe(first);
    }));

  test('is found also where its journal was open to others', () =>
    inFolder(async folder => {
      await chmod(await makeRun(folder, first), 0o644);
      expect(await openRunOf(folder)).toBe(first);
    }));
});
