import {PatchdeckError} from '../model/error.ts';
import {facts, rebootDoubt, rebootReasons} from '../hosts/facts.ts';
import {bootState, requestReboot} from '../hosts/reboot.ts';
import {busyWith} from '../jobs/busy.ts';
import {isLinkTrouble} from '../jobs/patience.ts';
import {hostRecord, HostStopped, runClaim, type RunContext} from './context.ts';

/** Why a host has to be rebooted now, one sentence each, and one where nobody knows whether it has to. */
export type RebootNeed = {reasons: string[]; doubt: string | undefined};

/** `stale` is what a restart did not replace. */
export const rebootNeed = async (
  context: RunContext,
  host: string,
  stale: readonly string[],
): Promise<RebootNeed> => {
  const seen = await context.link(host).ask(facts, undefined);
  const still = stale.length > 0 ? [`${stale.join(', ')} still runs replaced code`] : [];
  return {reasons: [...rebootReasons(seen), ...still], doubt: rebootDoubt(seen)};
};

/** What a note says of a reboot that was not made. */
export const stillNeeded = ({reasons, doubt}: RebootNeed): string => {
  if (reasons.length > 0) return `; a reboot is still needed: ${reasons.join('; ')}`;
  return doubt === undefined ? '' : `; ${doubt}`;
};

/** Reboots a host once and waits until it is back in another boot and has finished starting. A reboot under way is waited for. */
export const rebootHost = async (context: RunContext, host: string): Promise<void> => {
  const underWay = hostRecord(context, host).rebooting;
  const before = underWay ?? (await context.link(host).ask(bootState, undefined)).bootId;
  if (underWay === undefined) await context.record({type: 'reboot.intended', data: {host, bootId: before}});
  await request(context, host, before);
  const bootId = await waitForBoot(context, host, before);
  await context.record({type: 'reboot.seen', data: {host, bootId}});
};

/** The host compares the boot: asked again, after a crash or because nothing came of it, it does not reboot a second time. */
const request = async (context: RunContext, host: string, before: string): Promise<void> => {
  const link = context.link(host);
  const {outcome, reason} = await link
    .ask(requestReboot, {bootId: before, run: runClaim(context)})
    .catch((error: unknown) => {
      if (error instanceof PatchdeckError && isLinkTrouble(error))
        return {outcome: 'asked', reason: ''} as const;
      throw error;
    });
  if (outcome === 'busy' || outcome === 'taken-over') throw notRebooted(host, outcome, reason);
  if (outcome === 'asked') link.close();
};

const notRebooted = (host: string, outcome: 'busy' | 'taken-over', reason: string): HostStopped =>
  outcome === 'busy'
    ? new HostStopped(
        'failed',
        'reboot.busy',
        `${host} was not rebooted: other work is under way there (${busyWith(reason)})`,
        'wait for it or ask whose it is, then try again',
      )
    : new HostStopped(
        'failed',
        'run.taken-over',
        `${host} was not rebooted: ${reason}`,
        'the run goes on elsewhere: see there, or export it there and import it here',
      );

/** A host that is in the boot before after this long, in milliseconds, was not reached by the request, or lost it. */
const askAgainMs = 30_000;

const waitForBoot = async (context: RunContext, host: string, before: string): Promise<string> => {
  const begun = context.elapsed();
  let settled: string | undefined;
  let askedAgain = false;
  let isAsBefore = false;
  while (context.elapsed() < begun + context.limits.rebootMs) {
    await context.sleep(context.limits.retryMs, context.closing);
    const seen = await lookAtBoot(context, host);
    const up =
      seen !== undefined &&
      seen.bootId !== before &&
      seen.system !== 'starting' &&
      seen.system !== 'initializing';
    // Changed and stays: one look can catch a host that goes down again.
    if (up && settled === seen.bootId) return seen.bootId;
    settled = up ? seen.bootId : undefined;
    isAsBefore = seen?.bootId === before && seen.system !== 'stopping';
    context.signal({host, line: wordsOf(seen, isAsBefore), at: context.now()});
    if (isAsBefore && !askedAgain && context.elapsed() >= begun + askAgainMs) {
      askedAgain = true;
      await request(context, host, before);
    }
  }
  throw notBack(host, isAsBefore, Math.round(context.limits.rebootMs / 60_000));
};

type BootState = {bootId: string; system: string};

const lookAtBoot = async (context: RunContext, host: string): Promise<BootState | undefined> =>
  await context
    .link(host)
    .ask(bootState, undefined, {deadlineMs: 10_000})
    .catch((error: unknown) => {
      if (error instanceof PatchdeckError && isLinkTrouble(error)) return undefined;
      throw error;
    });

const wordsOf = (seen: BootState | undefined, isAsBefore: boolean): string => {
  if (seen === undefined) return 'away, rebooting';
  return isAsBefore ? 'asked to reboot, not down yet' : `boot ${seen.system}`;
};

const notBack = (host: string, isAsBefore: boolean, minutes: number): HostStopped =>
  isAsBefore
    ? new HostStopped(
        'failed',
        'reboot.not-done',
        `${host} was asked twice to reboot and did not within ${minutes} minutes: it still answers from the boot before`,
        'see what holds it up there (systemd-inhibit --list, systemctl list-jobs), then try again',
      )
    : new HostStopped(
        'unknown',
        'reboot.not-back',
        `${host} was asked to reboot and did not come back within ${minutes} minutes`,
        'look at its console',
      );
