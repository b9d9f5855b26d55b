import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {RolloutLimits} from '../../src/rollout/context.ts';
import {eachHost, eachHostOfStage} from '../../src/rollout/each-host.ts';
import {runWave, type WaveOutcome} from '../../src/rollout/wave.ts';
import {host} from '../policy/example-fleet.ts';
import {rejection} from '../store/example-run.ts';
import {createMemoryContext, type MemoryContext} from './memory-context.ts';
import {settled, ToldWork} from './told-work.ts';

const contextOf = (
  count: number,
  limits: Partial<RolloutLimits> = {},
  stated: (n: number) => Partial<Host> = () => ({}),
): MemoryContext =>
  createMemoryContext({
    hosts: Array.from({length: count}, (_, n) => host(`web${n + 1}`, stated(n + 1))),
    limits,
  });
/** What a promise was rejected with so far. */
const watched = (promise: Promise<unknown>): {said: string | undefined} => {
  const told: {said: string | undefined} = {said: undefined};
  promise.catch((error: unknown) => {
    told.said = String(error);
  });
  return told;
};
const wave = (context: MemoryContext, work: ToldWork): Promise<WaveOutcome> =>
  runWave(context, [...context.state().hosts.values()], work.on);

describe('a wave', () => {
  it('works on no more hosts at once than it may, and on every host', async () => {
    const work = new ToldWork();
    const result = wave(contextOf(5, {concurrency: 2}), work);
    await settled();
    expect(work.running).toEqual(['web1', 'web2']);
    for (const name of ['web2', 'web1', 'web3', 'web4', 'web5']) await work.end(name);
    expect(await result).toEqual({
      outcome: 'done',
      done: ['web2', 'web1', 'web3', 'web4', 'web5'],
      failed: [],
      left: [],
      dropped: [],
    });
    expect(work.most).toBe(2);
  });

  it('takes the hosts of a one-at-a-time group singly, and others beside them', async () => {
    const work = new ToldWork();
    const context = contextOf(4, {concurrency: 4}, n => (n < 4 ? {oneAtATime: ['db']} : {}));
    const result = wave(context, work);
    await settled();
    expect(work.running).toEqual(['web1', 'web4']);
    await work.end('web1');
    expect(work.running).toEqual(['web4', 'web2']);
    await work.end('web4');
    expect(work.running).toEqual(['web2']);
    await work.end('web2');
    await work.end('web3');
    expect((await result).outcome).toBe('done');
  });

  it('begins nothing more once too many have failed, and waits for those that run', async () => {
    const work = new ToldWork();
    const result = wave(contextOf(5, {concurrency: 2, failuresAllowed: 0}), work);
    await settled();
    await work.end('web1', false);
    expect(work.begun).toEqual(['web1', 'web2']);
    await work.end('web2');
    expect(await result).toEqual({
      outcome: 'failed',
      done: ['web2'],
      failed: ['web1'],
      left: ['web3', 'web4', 'web5'],
      dropped: [],
    });
  });

  it('goes on after as many failures as are allowed, and counts them', async () => {
    const work = new ToldWork();
    const result = wave(contextOf(3, {concurrency: 1, failuresAllowed: 1}), work);
    await work.end('web1', false);
    await work.end('web2');
    await work.end('web3');
    expect(await result).toMatchObject({outcome: 'done', failed: ['web1'], done: ['web2', 'web3']});
  });

  it('is failed when the last host was one too many', async () => {
    const work = new ToldWork();
    const result = wave(contextOf(2, {concurrency: 1, failuresAllowed: 1}), work);
    await work.end('web1', false);
    await work.end('web2', false);
    expect(await result).toMatchObject({outcome: 'failed', left: []});
  });

  it('begins nothing while the run is paused, and goes on after it', async () => {
    const work = new ToldWork();
    const context = contextOf(3, {concurrency: 1});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    await work.end('web1');
    expect(work.begun).toEqual(['web1']);
    await context.record({type: 'run.resumed', data: {reason: 'back'}});
    await work.end('web2');
    await work.end('web3');
    expect((await result).outcome).toBe('done');
  });

  it('follows the hosts at work and begins none after a stop', async () => {
    const work = new ToldWork();
    const context = contextOf(3, {concurrency: 2});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
    await work.end('web1');
    await work.end('web2', false);
    expect(await result).toMatchObject({outcome: 'failed', done: ['web1'], failed: ['web2'], left: ['web3']});
    expect(work.begun).toEqual(['web1', 'web2']);
  });

  it('is stopped, not failed, when all that ran is well', async () => {
    const work = new ToldWork();
    const context = contextOf(3, {concurrency: 1});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
    await work.end('web1');
    expect(await result).toMatchObject({outcome: 'stopped', left: ['web2', 'web3']});
  });

  it('is finished whole when the stop is for after the wave', async () => {
    const work = new ToldWork();
    const context = contextOf(2, {concurrency: 1});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'run.stopping', data: {how: 'after-wave', reason: 'enough'}});
    await work.end('web1');
    await work.end('web2');
    expect(await result).toMatchObject({outcome: 'done', left: []});
  });

  it('goes out of a pause when it is to stop', async () => {
    const work = new ToldWork();
    const context = contextOf(2, {concurrency: 1});
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
    expect(await result).toMatchObject({outcome: 'stopped', left: ['web1', 'web2']});
    expect(work.begun).toEqual([]);
  });

  it('ends with the console while it waits', async () => {
    const context = contextOf(2);
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    const result = rejection(wave(context, new ToldWork()));
    await settled();
    context.close();
    expect(await result).toMatchObject({message: 'the console is closing'});
  });

  it('begins nothing more when the disk is gone under one host, and throws that only when the others are through', async () => {
    const work = new ToldWork();
    const told = watched(wave(contextOf(5, {concurrency: 3}), work));
    await work.end('web2', new Error('the disk is gone'));
    await work.end('web1', new Error('the console is closing'));
    expect(told.said).toBeUndefined();
    await work.end('web3');
    expect(told.said).toBe('Error: the disk is gone');
    expect(work.begun).toEqual(['web1', 'web2', 'web3']);
  });

  it('begins no host that was left out or skipped while it waited', async () => {
    const work = new ToldWork();
    const context = contextOf(4, {concurrency: 1});
    const result = wave(context, work);
    await settled();
    await context.record({type: 'host.left-out', data: {host: 'web2', reason: 'being moved'}});
    await context.record({type: 'host.phase', data: {host: 'web3', phase: 'skipped', note: 'not tonight'}});
    await work.end('web1');
    await work.end('web4');
    expect(await result).toEqual({
      outcome: 'done',
      done: ['web1', 'web4'],
      failed: [],
      left: [],
      dropped: ['web2', 'web3'],
    });
    expect(work.begun).toEqual(['web1', 'web4']);
  });

  it('counts hosts that came to their end elsewhere as what they came to, and begins none anew', async () => {
    const work = new ToldWork();
    const context = contextOf(4, {concurrency: 1, failuresAllowed: 1});
    const result = wave(context, work);
    await settled();
    for (const [host, phase] of [
      ['web2', 'done'],
      ['web3', 'unknown'],
      ['web4', 'rolled back'],
    ] as const) {
      await context.record({type: 'host.phase', data: {host, phase, note: ''}});
    }
    await work.end('web1');
    expect(await result).toMatchObject({done: ['web1', 'web2'], failed: ['web3'], dropped: ['web4']});
    expect(work.begun).toEqual(['web1']);
  });

  it('of no hosts is done', async () => {
    expect(await runWave(contextOf(1), [], () => Promise.resolve(true))).toEqual({
      outcome: 'done',
      done: [],
      failed: [],
      left: [],
      dropped: [],
    });
  });

  it('whatever ends in whatever order, keeps its limits and loses no host', async () => {
    const hosts = fc.array(fc.record({group: fc.constantFrom('', 'db', 'mq'), good: fc.boolean()}), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        hosts,
        fc.integer({min: 1, max: 4}),
        fc.nat(3),
        fc.infiniteStream(fc.nat(50)),
        async (all, most, allowed, order) => {
          const context = contextOf(all.length, {concurrency: most, failuresAllowed: allowed}, n => {
            const group = all[n - 1]?.group ?? '';
            return group === '' ? {} : {oneAtATime: [group]};
          });
          const work = new ToldWork();
          const result = wave(context, work);
          await settled();
          while (work.running.length > 0) {
            const groups = work.running
              .map(name => all[Number(name.slice(3)) - 1]?.group)
              .filter(group => group !== '');
            expect(new Set(groups).size).toBe(groups.length);
            const name = work.running[Number(order.next().value) % work.running.length] ?? '';
            await work.end(name, all[Number(name.slice(3)) - 1]?.good);
          }
          const {outcome, done, failed, left} = await result;
          expect(work.most).toBeLessThanOrEqual(most);
          expect([...done, ...failed, ...left].sort()).toEqual([...context.state().hosts.keys()].sort());
          expect(outcome).toBe(failed.length > allowed ? 'failed' : 'done');
          if (outcome === 'done') expect(left).toEqual([]);
        },
      ),
      {numRuns: 60},
    );
  });
});

describe('work on each host', () => {
  it('is done at most so many at once, on every host', async () => {
    const work = new ToldWork();
    const all = eachHost(contextOf(1, {concurrency: 2}), ['a', 'b', 'c'], work.on);
    await settled();
    expect(work.running).toEqual(['a', 'b']);
    for (const name of ['a', 'b', 'c']) await work.end(name);
    await all;
    expect(work.begun).toEqual(['a', 'b', 'c']);
  });

  it('of a stage is not begun after a stop, of whatever kind, and the stage is not whole', async () => {
    for (const how of ['after-hosts', 'after-wave'] as const) {
      const work = new ToldWork();
      const context = contextOf(1, {concurrency: 1});
      const whole = eachHostOfStage(context, ['a', 'b', 'c'], work.on);
      await settled();
      await context.record({type: 'run.stopping', data: {how, reason: 'enough'}});
      await work.end('a');
      expect(await whole).toBe(false);
      expect(work.begun).toEqual(['a']);
    }
  });

  it('of a stage waits out a pause', async () => {
    const work = new ToldWork();
    const context = contextOf(1);
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    const whole = eachHostOfStage(context, ['a'], work.on);
    await settled();
    expect(work.begun).toEqual([]);
    await context.record({type: 'run.resumed', data: {reason: 'back'}});
    await work.end('a');
    expect(await whole).toBe(true);
  });

  it('of a stage is not begun, nor waited for in a pause, when the disk is gone under another; those at work come to their ends first', async () => {
    const work = new ToldWork();
    const context = contextOf(1, {concurrency: 2});
    const told = watched(eachHostOfStage(context, ['a', 'b', 'c', 'd'], work.on));
    await settled();
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    await work.end('a');
    await work.end('b', new Error('the disk is gone'));
    expect(told.said).toBe('Error: the disk is gone');
    expect(work.begun).toEqual(['a', 'b']);
    const besides = watched(eachHost(context, ['e', 'f', 'g'], work.on));
    await work.end('e', new Error('the disk is gone'));
    expect(besides.said).toBeUndefined();
    await work.end('f');
    expect(besides.said).toBe('Error: the disk is gone');
    expect(work.begun).toEqual(['a', 'b', 'e', 'f']);
  });

  it('of a stage passes over a host that was left out while it waited', async () => {
    const work = new ToldWork();
    const context = contextOf(3, {concurrency: 1});
    const whole = eachHostOfStage(context, ['web1', 'web2', 'web3'], work.on);
    await settled();
    await context.record({type: 'host.left-out', data: {host: 'web2', reason: 'being moved'}});
    await work.end('web1');
    await work.end('web3');
    expect(await whole).toBe(true);
    expect(work.begun).toEqual(['web1', 'web3']);
  });

  it('that an operator asks for besides is held up by neither', async () => {
    const work = new ToldWork();
    const context = contextOf(1);
    await context.record({type: 'run.paused', data: {reason: 'lunch'}});
    await context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
    const all = eachHost(context, ['a'], work.on);
    await work.end('a');
    await all;
  });
});
