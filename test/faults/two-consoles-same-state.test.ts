import {spawn} from 'node:child_process';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {followEngine} from '../../src/engine/follow-engine.ts';
import {holderOf, openRunOf, openRunStore, readRun} from '../../src/store/run-store.ts';
import {inFolder, phase, rejection, runId, until} from '../store/example-run.ts';
import {reopen, withRun} from '../store/example-store.ts';
import {drive, makeSmallRun, outcomeOf} from './small-run.ts';

const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);
const text = (raw: Uint8Array): string => new TextDecoder().decode(raw);

describe('two consoles on one state directory', () => {
  test('cannot hold one run: the second is told who has it, and since when', () =>
    withRun(async (_, stateDir) => {
      expect(await rejection(reopen(stateDir))).toMatchObject({
        kind: 'busy',
        code: 'run.held',
        message: expect.stringMatching(
          new RegExp(`process ${process.pid}.* since 2026-11-24T02:33:00.000Z; nothing was opened`),
        ) as string,
        next: expect.stringContaining('close it there') as string,
      });
    }));

  test('one may look at the run and its files while the other works', () =>
    withRun(async (store, stateDir) => {
      const digest = await store.put(bytes('a scan'));
      const run = await readRun(stateDir, runId);
      expect(run.state.hosts.size).toBe(2);
      expect(text(await run.readFile(digest))).toBe('a scan');
    }));

  test('a run whose console was killed can be taken up at once, with all that was reported', () =>
    inFolder(async folder => {
      const recorder = new URL('../store/recorder.ts', import.meta.url).pathname;
      const child = spawn(process.execPath, [recorder, folder, runId], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      const ended = new Promise(resolve => child.once('close', resolve));
      await until('it records', () => said.split('\n').length > 600);
      expect(await rejection(openRunStore({stateDir: folder, id: runId}))).toMatchObject({code: 'run.held'});
      child.kill('SIGKILL');
      await ended;
      const store = await openRunStore({stateDir: folder, id: runId, existing: true});
      const reported = Number(said.trim().split('\n').at(-1));
      expect(Number(store.state.hosts.get('web1')?.note)).toBeGreaterThanOrEqual(reported);
      expect(store.readOnly).toBeUndefined();
      await store.record(phase('web1', 'taken up'), 'engine');
      await store.close();
    }));
});

test('a second console on a held run is told who holds it, follows it live and changes nothing; when the first is gone it says so, and the next start takes the run over', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'plan');
    const id = first.state().run?.run.id ?? '';
    expect(await rejection(world.open(id))).toMatchObject({code: 'run.held', kind: 'busy'});
    const heldBy = await holderOf(world.stateDir, id);
    expect(heldBy).toContain(`process ${process.pid}`);
    expect((await stat(join(world.stateDir, 'runs', id, 'console.sock'))).mode & 0o777).toBe(0o600);

    const second = await followEngine(world.stateDir, id);
    await until('it follows', () => second.state().notices[0]?.startsWith('this console follows') === true);
    const seen: number[] = [];
    let signals = 0;
    second.subscribe(({events}) => {
      seen.push(...events.map(event => event.seq));
      signals = Math.max(signals, second.state().signals.size);
    });
    const from = second.state().run?.run.seq ?? 0;
    await drive(first, 'deploy');
    const to = first.state().run?.run.seq ?? 0;
    await until('it has seen all', () => second.state().run?.run.seq === to);
    // Every event once, in order.
    expect(seen).toEqual(Array.from({length: to - from}, (_, index) => from + 1 + index));
    expect(signals).toBeGreaterThan(0);
    expect(outcomeOf(world, second)).toEqual(outcomeOf(world, first));
    expect(await second.log('cache1')).toBe(await first.log('cache1'));
    expect(await second.submit({type: 'start', stage: 'verify'})).toMatchObject({code: 'run.read-only'});

    await first.close();
    await until('it says that the first is gone', () => second.state().holder === 'gone');
    const third = await world.open(await openRunOf(world.stateDir));
    await drive(third, 'verify');
    // It goes on with whoever holds the run now.
    await until('it follows the third', () => second.state().run?.run.stages.verify.status === 'complete');
    await until(
      'it says whom it follows',
      () => second.state().notices[0]?.startsWith('this console follows') === true,
    );
    const now = await holderOf(world.stateDir, id);
    expect(now).not.toBe(heldBy);
    expect(second.state().notices[0]).toContain(now);
    await second.close();
    await third.close();
  } finally {
    await world.remove();
  }
});
