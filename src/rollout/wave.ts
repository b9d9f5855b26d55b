import {isFinal} from '../model/phase.ts';
import type {HostRecord} from '../record/state.ts';
import {hostRecord, type RunContext} from './context.ts';
import {takeTurns} from './take-turns.ts';

export type WaveOutcome = {
  outcome: 'done' | 'failed' | 'stopped';
  done: string[];
  failed: string[];
  left: string[];
  /** Left out, skipped or taken back while they waited for their turn: nothing was begun on them. */
  dropped: string[];
};

/**
 * Takes the hosts of one wave through `work`. Nothing new starts once more than `limits.failuresAllowed` have failed, while the run is paused, or
 * after a stop; what runs is followed to its end in every case, also when `work` throws: what it throws concerns all hosts, and is thrown on after
 * that. What an operator decides while a host waits counts: each is looked at again at its turn.
 */
export const runWave = async (
  context: RunContext,
  hosts: readonly HostRecord[],
  work: (host: string) => Promise<boolean>,
): Promise<WaveOutcome> => {
  const [done, failed, dropped]: [string[], string[], string[]] = [[], [], []];
  const broken = (): boolean => failed.length > context.limits.failuresAllowed;
  const count = (name: string, good: boolean): void => {
    const {leftOut, phase} = hostRecord(context, name);
    const isDropped = leftOut !== undefined || phase === 'skipped' || phase === 'rolled back';
    (isDropped ? dropped : good ? done : failed).push(name);
  };
  const inTurn = async (name: string): Promise<void> => {
    const {leftOut, phase} = hostRecord(context, name);
    count(name, leftOut !== undefined || isFinal(phase) ? phase === 'done' : await work(name));
  };
  const waiting = await takeTurns(context, hosts, inTurn, async () => {
    await context.resumed();
    return context.state().run.stopping !== 'after-hosts' && !broken();
  });
  const outcome = broken() ? 'failed' : waiting.length > 0 ? 'stopped' : 'done';
  return {outcome, done, failed, left: waiting.map(record => record.host.name), dropped};
};
