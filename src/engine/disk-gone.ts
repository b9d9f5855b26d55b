import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {followJob} from '../jobs/follow.ts';
import {PatchdeckError, describeError} from '../model/error.ts';
import type {JobState} from '../model/job.ts';
import type {Body} from '../record/event.ts';
import type {JobRecord} from '../record/state.ts';
import type {RunContext} from '../rollout/context.ts';

/** True when nothing can be recorded any more: the disk is full, or failed. */
export const isDiskGone = (error: unknown): boolean =>
  error instanceof PatchdeckError && (error.code === 'store.full' || error.code === 'store.write-failed');

/**
 * After the journal's disk is gone: what could not be recorded is written elsewhere, and the jobs that run on hosts are followed to their
 * end, to be seen. Nothing is started, and nothing of it is believed later: the next console asks the hosts.
 */
export const whileDiskIsGone = async (
  context: RunContext,
  unrecorded: readonly Body[],
  say: (text: string) => void,
): Promise<void> => {
  const running = [...context.state().hosts.values()].flatMap(record =>
    record.jobs.filter(job => job.state === 'started'),
  );
  const path = join(
    tmpdir(),
    `patchdeck-${context.state().run.id}-not-recorded-${randomBytes(4).toString('hex')}.jsonl`,
  );
  writeElsewhere(path, unrecorded, 'wx', say);
  const written = unrecorded.length;
  await Promise.all(running.map(job => watch(context, job, say)));
  // Hosts that were at other work come to their ends meanwhile.
  if (unrecorded.length > written) writeElsewhere(path, unrecorded, written === 0 ? 'wx' : 'w', say);
};

/** At once, in one call: it is the last thing that may still work. */
const writeElsewhere = (
  path: string,
  unrecorded: readonly Body[],
  flag: 'w' | 'wx',
  say: (text: string) => void,
): void => {
  if (unrecorded.length === 0) return;
  const text = unrecorded.map(body => `${JSON.stringify(body)}\n`).join('');
  try {
    writeFileSync(path, text, {mode: 0o600, flag, flush: true});
    if (flag === 'wx') say(`what could not be recorded is in ${path}`);
  } catch (error) {
    say(
      `what could not be recorded could not be written to ${path} either (${describeError(error)}): ${text.slice(0, 2000)}`,
    );
  }
};

const watch = async (context: RunContext, job: JobRecord, say: (text: string) => void): Promise<void> => {
  const {host, kind} = job;
  const state = await followJob(job, Number.MAX_SAFE_INTEGER, {
    link: context.link(host),
    limits: context.limits,
    now: () => context.elapsed(),
    random: () => context.random(),
    sleep: (ms, signal) => context.sleep(ms, signal),
    signal: context.closing,
    onLog: () => Promise.resolve(),
    onAway: reason => context.signal({host, line: `away: ${reason}`, at: context.now()}),
  }).catch((error: unknown) => {
    if (context.closing.aborted) throw error;
    return describeError(error);
  });
  say(`${host}: ${kind} ${wordOf(state)}, which is not recorded; the next console asks the host`);
};

const wordOf = (state: JobState | string): string => {
  if (typeof state === 'string')
    return state === 'lost' ? 'could not be followed' : `could not be followed (${state})`;
  return state.state === 'ended' ? `ended with ${state.rc}` : `is ${state.state}`;
};
