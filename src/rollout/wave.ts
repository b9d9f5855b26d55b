import {isFinal} from '../model/phase.ts';
import {mayRunTogether} from '../policy/waves.ts';
import type {HostRecord} from '../record/state.ts';
import {createBreakage} from './breakage.ts';
import {hostRecord, type RunContext} from './context.ts';

export type WaveOutcome = {
  outcome: 'done' | 'failed' | 'stopped';
  done: string[];
  failed: string[];
  left: string[];
  /** Left out, skipped or taken back while they waited for their turn: nothing was begun on them. */
  dropped: string[];
};

/**
 * Takes the hosts of one wave through `work`, at most `limits.concurrency` at once and those of a one-at-a-time group singly.
 * Nothing new starts once more than `limits.failuresAllowed` have failed, while the run is paused, or after a stop; what runs is
 * followed to its end in every case, also when `work` throws: what it throws concerns all hosts, and is thrown on after that.
 * What an operator decides while a host waits counts: each is looked at again at its turn.
 */
export const runWave = async (
  context: RunContext,
  hosts: readonly HostRecord[],
  work: (host: string) => Promise<boolean>,
): Promise<WaveOutcome> => {
  const waiting = [...hosts];
  const running = new Map<HostRecord, Promise<void>>();
  const result: WaveOutcome = {outcome: 'done', done: [], failed: [], left: [], dropped: []};
  const stopped = (): boolean => context.state().run.stopping === 'after-hosts';
  const broken = (): boolean => result.failed.length > context.limits.failuresAllowed;
  const breakage = createBreakage();
  const count = (name: string, good: boolean): void => {
    const {leftOut, phase} = hostRecord(context, name);
    const isDropped = leftOut !== undefined || phase === 'skipped' || phase === 'rolled back';
    (isDropped ? result.dropped : good ? result.done : result.failed).push(name);
  };

  while (waiting.length > 0) {
    await Promise.race([context.resumed(), breakage.first]).catch(breakage.add);
    if (stopped() || broken() || breakage.happened) break;
    const next = running.size < context.limits.concurrency ? nextOf(waiting, running) : undefined;
    if (next === undefined) {
      await Promise.race(running.values());
      continue;
    }
    waiting.splice(waiting.indexOf(next), 1);
    const {name} = next.host;
    const {leftOut, phase} = hostRecord(context, name);
    if (leftOut !== undefined || isFinal(phase)) {
      count(name, phase === 'done');
      continue;
    }
    const mine = work(name)
      .then(good => count(name, good), breakage.add)
      .finally(() => running.delete(next));
    running.set(next, mine);
  }
  await Promise.all(running.values());
  breakage.rethrow();
  result.left = waiting.map(record => record.host.name);
  if (broken()) result.outcome = 'failed';
  else if (result.left.length > 0) result.outcome = 'stopped';
  return result;
};

const nextOf = (
  waiting: readonly HostRecord[],
  running: ReadonlyMap<HostRecord, unknown>,
): HostRecord | undefined => {
  const hosts = [...running.keys()].map(record => record.host);
  return waiting.find(record => mayRunTogether(hosts, record.host));
};
