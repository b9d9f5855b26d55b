import {inhibitUpdaters} from '../hosts/updaters.ts';
import type {RunContext} from './context.ts';

/** Automatic updaters are held off, on the host, for as long as a lease lasts. Known before it is done. */
export const holdUpdaters = async (context: RunContext, host: string): Promise<void> => {
  const seconds = Math.round(context.limits.leaseMs / 1000);
  const expires = new Date(context.now() + context.limits.leaseMs).toISOString();
  await context.record({
    type: 'lease.intended',
    data: {host, id: 'updaters', what: 'automatic updaters are stopped', expires},
  });
  if ((await context.link(host).ask(inhibitUpdaters, {seconds})) === 'held') return;
  await context.record({type: 'lease.released', data: {host, id: 'updaters'}});
};
