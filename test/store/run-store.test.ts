import {chmod, mkdir, readdir, readFile, stat, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Event} from '../../src/record/event.ts';
import {readRun} from '../../src/store/run-store.ts';
import {inFolder, intended, jobId, operator, phase, rejection, runId, until} from './example-run.ts';
import {beginRun, closedRun, reopen, withRun} from './example-store.ts';

const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw);

describe('a run', () => {
  test('is at the same place when it is opened again', () =>
    withRun(async (store, stateDir) => {
      await store.record(intended(1, 'web1'), 'engine');
      await store.record({type: 'patches.chosen', data: {patches: ['apt:nginx@2'], chosen: true}}, operator);
      await store.record(
        {type: 'version.blocked', data: {patch: 'apt:curl@3', reason: 'broke web1'}},
        operator,
      );
      const state = structuredClone(store.state);
      await store.close();
      const again = await reopen(stateDir);
      expect(again.state).toEqual(state);
      expect(again.notices).toEqual([]);
      expect(again.readOnly).toBeUndefined();
      await again.close();
    }));

  test('is for its owner only, in every part', () =>
    withRun(async (store, stateDir) => {
      await store.put(bytes('scan'));
      await store.appendLog(jobId(1), bytes('log'));
      const names = await readdir(stateDir, {recursive: true});
      expect(names.length).toBeGreaterThan(7);
      for (const name of names) {
        const {mode} = await stat(join(stateDir, name));
        expect([name, mode & 0o077]).toEqual([name, 0]);
      }
    }));

  test('shows an event to listeners once it is on disk, in order, with what it touched', () =>
    withRun(async store => {
      const seen: string[] = [];
      const stop = store.onEvent((event, changed) => {
        seen.push(`${event.seq} ${changed.hosts.join()}`);
        expect(store.state.run.seq).toBe(event.seq);
      });
      await Promise.all([
        store.record(phase('web1', 'a'), 'engine'),
        store.record(phase('db1', 'b'), 'engine'),
      ]);
      stop();
      await store.record(phase('web1', 'c'), 'engine');
      expect(seen).toEqual(['4 web1', '5 db1']);
    }));

  test('does not show what is not on disk yet', () =>
    withRun(async store => {
      const recording = store.record(phase('web1', 'locked by us'), 'engine');
      expect(store.state.hosts.get('web1')?.note).toBe('');
      await recording;
      expect(store.state.hosts.get('web1')?.note).toBe('locked by us');
    }));

  test('refuses an event that contradicts before it is written, also one that contradicts what is on its way', () =>
    withRun(async (store, stateDir) => {
      const results = await Promise.allSettled([
        store.record(intended(1, 'web1'), 'engine'),
        store.record(intended(1, 'db1'), 'engine'),
        store.record(phase('nobody', ''), 'engine'),
        store.record(phase('db1', 'goes on'), 'engine'),
      ]);
      expect(results.map(result => result.status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect(results[1]).toMatchObject({reason: {code: 'journal.contradiction'}});
      expect(store.state.hosts.get('db1')).toMatchObject({jobs: [], note: 'goes on'});
      await store.close();
      expect((await readRun(stateDir, runId)).events.map(event => event.type)).toEqual([
        'run.started',
        'host.included',
        'host.included',
        'job.intended',
        'host.phase',
      ]);
    }));

  test('gives all its events, also those of before', () =>
    withRun(async (store, stateDir) => {
      await store.close();
      const again = await reopen(stateDir);
      await again.record(phase('web1', ''), 'engine');
      const events: Event[] = await again.events();
      expect(events.map(event => event.seq)).toEqual([1, 2, 3, 4]);
      expect(events[0]).toMatchObject({actor: operator, ts: '2026-11-24T02:33:00.000Z'});
      await again.close();
    }));

  test('keeps the log of a job raw until its end is recorded, and finds it in its file afterwards', () =>
    withRun(async store => {
      const job = jobId(1);
      await store.record(intended(1, 'web1'), 'engine');
      await store.appendLog(job, bytes('Setting up nginx\n'));
      expect(await store.logBytes(job)).toBe(17);
      const log = await store.finishLog(job);
      expect(await store.logBytes(job)).toBe(17);
      await store.record(
        {type: 'job.ended', data: {id: job, host: 'web1', outcome: 'ended', rc: 0, log}},
        'engine',
      );
      await until(
        'the raw log is gone',
        async () => (await readdir(join(store.directory, 'logs'))).length === 0,
      );
      expect(text(await store.tailLog(job, 6))).toBe('nginx\n');
      expect(text(await store.tailLog(jobId(2), 6))).toBe('');
    }));
});

describe('a run that is not as it was left', () => {
  test('a journal whose lines are whole but contradict each other is shown up to there, read-only', () =>
    inFolder(async folder => {
      const {stateDir, journal, snapshot} = await closedRun(folder);
      await unlink(snapshot);
      const {lineOf, hashOf} = await import('../../src/store/journal-lines.ts');
      const last = (await readFile(journal, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
      const envelope = {v: 1, seq: 4, prevHash: hashOf(bytes(last)), ts: '', actor: 'engine'};
      await writeFile(journal, `${text(lineOf({...envelope, ...phase('nobody', '')}))}\n`, {flag: 'a'});
      const store = await reopen(stateDir);
      expect(store.state.hosts.size).toBe(2);
      expect(store.readOnly).toContain('host nobody is not part of the run');
      expect(await rejection(store.record(phase('web1', ''), 'engine'))).toMatchObject({
        code: 'store.read-only',
      });
      await store.close();
    }));

  test.each(['', 'null', '[]'])('a journal that holds %j is refused and left as it is', content =>
    inFolder(async folder => {
      const {stateDir, journal} = await closedRun(folder);
      await writeFile(journal, content);
      expect(await rejection(reopen(stateDir))).toMatchObject({code: 'store.foreign'});
      expect(await readFile(journal, 'utf8')).toBe(content);
      // The refusal does not keep the run locked.
      expect(await rejection(reopen(stateDir))).toMatchObject({code: 'store.foreign'});
    }),
  );

  test('a journal that is gone is not begun anew', () =>
    inFolder(async folder => {
      const {stateDir, journal} = await closedRun(folder);
      await unlink(journal);
      expect(await rejection(reopen(stateDir))).toMatchObject({code: 'store.missing'});
    }));

  test('a directory that is used for other things is never closed to others, and not used where they may write', () =>
    inFolder(async folder => {
      await writeFile(join(folder, 'other'), '');
      await chmod(folder, 0o777);
      expect(await rejection(beginRun(folder))).toMatchObject({
        code: 'store.foreign',
        next: expect.stringContaining(`${folder}/patchdeck`) as string,
      });
      expect((await stat(folder)).mode & 0o777).toBe(0o777);
      await chmod(folder, 0o755);
      await (await beginRun(folder)).close();
      expect((await stat(folder)).mode & 0o777).toBe(0o755);
      expect((await stat(join(folder, 'runs'))).mode & 0o777).toBe(0o700);
    }));

  test('a run that has a directory and never began is said to be unknown, and is not kept locked', () =>
    inFolder(async folder => {
      await mkdir(join(folder, 'runs', runId), {recursive: true, mode: 0o700});
      expect(await rejection(reopen(folder))).toMatchObject({code: 'run.unknown'});
      expect(await rejection(reopen(folder))).toMatchObject({code: 'run.unknown'});
      expect(await rejection(readRun(folder, runId))).toMatchObject({code: 'run.unknown'});
    }));

  test('a run that never was is said to be unknown, and nothing is made', () =>
    inFolder(async folder => {
      expect(await rejection(reopen(folder))).toMatchObject({kind: 'input', code: 'run.unknown'});
      expect(await rejection(readRun(folder, runId))).toMatchObject({code: 'run.unknown'});
      expect(await readdir(folder)).toEqual([]);
    }));
});
