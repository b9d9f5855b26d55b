import type {Command} from 'commander';
import {z} from 'zod';
import {plannedHosts} from '../src/record/gates.ts';
import type {HostRecord, RunState} from '../src/record/state.ts';
import type {Session} from './session.ts';

export const retryFlag = {retry: z.boolean().default(false)};

export const withRetryFlag = (command: Command): Command =>
  command.option('--retry', 'take hosts that failed or are unknown up again first; no job runs twice');

/** The hosts that can be tried again: failed or unknown, and prepared for the locked plan. Others are prepared by `test` anyway. */
export const retryable = (state: RunState): HostRecord[] =>
  plannedHosts(state).filter(
    ({phase, point}) =>
      (phase === 'failed' || phase === 'unknown') && point?.planDigest === state.run.plan?.digest,
  );

/** Takes them up again and follows them to their end. */
export const retry = async (session: Session, records: readonly HostRecord[]): Promise<void> => {
  if (records.length === 0) return;
  await session.submit({type: 'retry', hosts: records.map(record => record.host.name)});
  await session.settled();
};
