import {inhibitUpdaters} from '../hosts/updaters.ts';
import {hostRecord, type RunContext} from './context.ts';

const updaters = 'updaters';

/** Automatic updaters are held off, on the host, for as long as a lease lasts. Known before it is done. */
export const holdUpdaters = async (context: RunContext, host: string): Promise<void> => {
  const seconds = Math.round(context.limits.leaseMs / 1000);
  const expires = new Date(context.now() + context.limits.leaseMs).toISOString();
  await context.record({
    type: 'lease.intended',
    data: {host, id: updaters, what: 'automatic updaters are stopped', expires},
  });
  if ((await context.link(host).ask(inhibitUpdaters, {seconds})) === 'held') return;
  await context.record({type: 'lease.released', data: {host, id: updaters}});
};

/** A lease with less left than this is taken anew, in milliseconds: also a clock that is set back by an hour does not let it lapse. */
const renewBelowMs = 3_600_000;

/** The lease on a host that is still worked on begins anew before it is over: nobody else may patch it meanwhile. */
export const renewUpdaters = async (context: RunContext, host: string): Promise<void> => {
  const lease = hostRecord(context, host).leases.find(({id}) => id === updaters);
  if (lease === undefined) return;
  const left = Date.parse(lease.expires) - context.now();
  if (left < Math.min(renewBelowMs, context.limits.leaseMs / 2)) await holdUpdaters(context, host);
};
