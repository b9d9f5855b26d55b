import {PatchdeckError, describeError} from '../model/error.ts';
import type {Trouble} from '../model/phase.ts';
import {isDiskGone} from '../store/store-error.ts';
import {HostStopped, type RunContext} from './context.ts';
import {throughOutages} from './outages.ts';

/**
 * Runs the work on one host and turns whatever ends it into the host's trouble and phase: one host's fault stops that host, never
 * the stage. An error nobody foresaw makes the host unknown, not failed: what it left behind has to be looked at.
 * Gives true when the work came to its end. Work that is under way already (taken up again after a crash) is joined, not doubled.
 * Passes on what is no fault of the host (`concernsAll`): nothing is then known of it.
 */
export const guardHost = (context: RunContext, host: string, work: () => Promise<void>): Promise<boolean> => {
  const running = context.underWay.get(host);
  if (running !== undefined) return running;
  const mine = guarded(context, host, work).finally(() => context.underWay.delete(host));
  context.underWay.set(host, mine);
  return mine;
};

/**
 * Keeps work from beginning on these hosts while `decide` records what becomes of them: who would begin on one waits for that, and looks
 * at its record again.
 */
export const keepFromBeginning = async (
  context: RunContext,
  hosts: readonly string[],
  decide: () => Promise<void>,
): Promise<void> => {
  const deciding = decide();
  const settled = deciding.then(
    () => false,
    () => false,
  );
  for (const host of hosts) context.underWay.set(host, settled);
  try {
    await deciding;
  } finally {
    for (const host of hosts) context.underWay.delete(host);
  }
};

const guarded = async (context: RunContext, host: string, work: () => Promise<void>): Promise<boolean> => {
  try {
    await throughOutages(context, host, work);
    return true;
  } catch (error) {
    if (concernsAll(context, error)) throw error;
    const {phase, trouble} = troubleOf(error);
    await context.record({type: 'host.trouble', data: {host, trouble}});
    await context.record({type: 'host.phase', data: {host, phase, note: trouble.what}});
    return false;
  }
};

/** The console is closing, or its disk is gone: every host stops for it, and none is blamed. */
export const concernsAll = (context: RunContext, error: unknown): boolean =>
  context.closing.aborted || isDiskGone(error);

/** What an error means for the host it happened on. */
export const troubleOf = (error: unknown): {phase: 'failed' | 'unknown'; trouble: Trouble} => {
  const cut = (text: string): string => text.slice(0, 480);
  if (error instanceof HostStopped) {
    const {code, next, suspects} = error;
    const blamed = suspects.length === 0 ? {} : {suspects: suspects.slice(0, 20)};
    return {phase: error.phase, trouble: {code, what: cut(error.message), next, ...blamed}};
  }
  if (error instanceof PatchdeckError) {
    return {phase: 'unknown', trouble: {code: error.code, what: cut(error.message), next: error.next}};
  }
  return {
    phase: 'unknown',
    trouble: {
      code: 'engine.unexpected',
      what: cut(describeError(error)),
      next: 'look at the host; this is a fault of patchdeck: report it',
    },
  };
};
