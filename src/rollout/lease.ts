import {endAside, startAside} from '../hosts/set-aside.ts';
import {inhibitUpdaters, releaseUpdaters} from '../hosts/updaters.ts';
import {asideKinds, type AsideKind} from '../model/host.ts';
import {hostRecord, HostStopped, type RunContext} from './context.ts';

const updaters = 'updaters';
const words: Readonly<Record<AsideKind, string>> = {
  silence: 'alerts are silenced',
  drain: 'traffic is drained',
};

/** Automatic updaters are held off, on the host, for as long as a lease lasts. Known before it is done. */
export const holdUpdaters = async (context: RunContext, host: string): Promise<void> => {
  const seconds = await intend(context, host, updaters, 'automatic updaters are stopped');
  if ((await context.link(host).ask(inhibitUpdaters, {seconds})) === 'held') return;
  await released(context, host, updaters);
};

/**
 * Alerts silenced and traffic drained before a host is changed, where the inventory says how; anew after a reboot. Gives what was done, in
 * words. Throws HostStopped when one of them could not be done.
 */
export const setAside = async (context: RunContext, host: string): Promise<string[]> => {
  const done: string[] = [];
  for (const kind of asideKinds) {
    const how = hostRecord(context, host).host[kind];
    if (how === undefined) continue;
    const seconds = await intend(context, host, kind, words[kind]);
    const failed = await context.link(host).ask(startAside, {kind, ...how, seconds});
    if (failed !== undefined) {
      if (!failed.left) await released(context, host, kind);
      throw new HostStopped(
        'failed',
        `host.${kind}`,
        `${kind} failed: ${failed.failure}; no package was changed by this attempt`,
        'mend its command, on the host or in the inventory, then try again',
      );
    }
    done.push(words[kind]);
  }
  return done;
};

/** Traffic and alerts come back, in the reverse order. Throws HostStopped when one did not: it ends by itself then. */
export const putBack = async (context: RunContext, host: string): Promise<void> => {
  for (const kind of asideKinds.toReversed()) await endOne(context, host, kind);
};

/** Lets go of all that is held off on a host; `but`: what stays. Throws HostStopped as `putBack`. */
export const releaseLeases = async (
  context: RunContext,
  host: string,
  but: readonly AsideKind[] = [],
): Promise<void> => {
  if (hostRecord(context, host).leases.some(({id}) => id === updaters)) {
    await context.link(host).ask(releaseUpdaters, undefined);
    await released(context, host, updaters);
  }
  for (const kind of asideKinds.toReversed()) if (!but.includes(kind)) await endOne(context, host, kind);
};

const endOne = async (context: RunContext, host: string, kind: AsideKind): Promise<void> => {
  const lease = hostRecord(context, host).leases.find(({id}) => id === kind);
  if (lease === undefined) return;
  const failure = await context.link(host).ask(endAside, {kind});
  if (failure === undefined) {
    await released(context, host, kind);
    return;
  }
  throw new HostStopped(
    'failed',
    `host.${kind}`,
    `${words[kind]} still, and could not be ended: ${failure}`,
    `mend its command on the host; it is tried again by itself at ${lease.expires}`,
  );
};

/** A lease with less left than this is taken anew, in milliseconds: also a clock that is set back by an hour does not let it lapse. */
const renewBelowMs = 3_600_000;

/**
 * The leases on a host that is still worked on begin anew before they are over: nobody else may patch it, and nobody use it, meanwhile.
 */
export const renewLeases = async (context: RunContext, host: string): Promise<void> => {
  const isShort = ({expires}: {expires: string}): boolean =>
    Date.parse(expires) - context.now() < Math.min(renewBelowMs, context.limits.leaseMs / 2);
  const short = hostRecord(context, host).leases.filter(isShort);
  if (short.some(({id}) => id === updaters)) await holdUpdaters(context, host);
  if (short.some(({id}) => id !== updaters)) await setAside(context, host);
};

/** Records a lease before it is taken; gives how long it lasts, in seconds. */
const intend = async (context: RunContext, host: string, id: string, what: string): Promise<number> => {
  const {leaseMs} = context.limits;
  const expires = new Date(context.now() + leaseMs).toISOString();
  await context.record({type: 'lease.intended', data: {host, id, what, expires}});
  return Math.round(leaseMs / 1000);
};

const released = (context: RunContext, host: string, id: string): Promise<void> =>
  context.record({type: 'lease.released', data: {host, id}});
