import {planSchema, type HostPlan, type Plan} from '../model/plan.ts';
import {hostRecord, readDocument, type RunContext} from './context.ts';

/** The plan that is locked now. Throws when there is none: a gate was passed that should not have been. */
export const lockedPlan = async (context: RunContext): Promise<{plan: Plan; digest: string}> => {
  const locked = context.state().run.plan;
  if (locked === undefined) throw new Error('no plan is locked');
  return {plan: await readDocument(context, locked.digest, planSchema), digest: locked.digest};
};

/** The plan that a host was last changed or is to be changed by: not the newest one where it was done under an earlier. */
export const planOfHost = async (
  context: RunContext,
  host: string,
): Promise<{hostPlan: HostPlan; digest: string; reboot: Plan['reboot']} | undefined> => {
  const digest = hostRecord(context, host).planned?.planDigest;
  if (digest === undefined) return undefined;
  const plan = await readDocument(context, digest, planSchema);
  const hostPlan = plan.hosts.find(candidate => candidate.host === host);
  return hostPlan === undefined ? undefined : {hostPlan, digest, reboot: plan.reboot};
};
