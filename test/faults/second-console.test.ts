import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {followEngine} from '../../src/engine/follow-engine.ts';
import {holderOf, openRunOf} from '../../src/store/run-store.ts';
import {rejection, until} from '../store/example-run.ts';
import {drive, makeSmallRun, outcomeOf} from './small-run.ts';

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

test('a second console with a state directory of its own finds the host busy, by whom and since when; nothing is done there', async () => {
  const world = await makeSmallRun(['cache1']);
  try {
    const [first, second] = [
      await world.open(undefined),
      await world.open(undefined, {stateDir: `${world.stateDir}-bo`, operator: 'bo'}),
    ];
    await drive(first, 'plan');
    await drive(second, 'plan');
    // Both stage at once: the second one to come finds the host's lock held.
    await Promise.all([
      first.submit({type: 'start', stage: 'test'}),
      second.submit({type: 'start', stage: 'test'}),
    ]);
    await Promise.all([first.idle(), second.idle()]);
    const troubles = [first, second].flatMap(engine => [
      ...(engine.state().run?.hosts.get('cache1')?.troubles ?? []),
    ]);
    expect(troubles).toHaveLength(1);
    const phases = [first, second].map(engine => engine.state().run?.hosts.get('cache1')?.phase);
    expect([...phases].sort()).toEqual(['done', 'failed']);
    // Whose it is, and since when by the clock of the host.
    const by = phases[0] === 'done' ? 'ana' : 'bo';
    expect(troubles[0]?.code).toBe('job.busy');
    expect(troubles[0]?.what).toMatch(/ since 2026-11-24T03:\d\d:\d\dZ/);
    expect(troubles[0]?.what).toContain(` by ${by} since `);
    await first.close();
    await second.close();
  } finally {
    await world.remove();
  }
});
