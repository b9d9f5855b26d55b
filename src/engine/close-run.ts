import type {Body} from '../record/event.ts';
import {changedHosts, type Refusal} from '../record/gates.ts';
import type {RunContext} from '../rollout/context.ts';
import {eachHost} from '../rollout/each-host.ts';
import {forgetJobs, hostsToTidy} from '../rollout/forget-jobs.ts';
import type {EngineCore} from './core.ts';
import {releaseAll} from './operations.ts';

/** Lets go of what is held off on hosts and ends the run, or says why it stays open. */
export const closeRun = async (
  core: EngineCore,
  context: RunContext,
  reason: string,
  record: (body: Body) => Promise<unknown>,
): Promise<'ok' | Refusal> => {
  if (core.busy) {
    return {
      code: 'run.at-work',
      what: 'hosts are being worked on; the run stays open',
      next: 'stop, and wait',
    };
  }
  const unknown = changedHosts(context.state()).filter(
    ({phase, handedOver}) => phase === 'unknown' && handedOver === undefined,
  );
  if (unknown.length > 0) {
    return {
      code: 'gate.unknown',
      what: `the state of ${unknown.map(item => item.host.name).join(', ')} is unknown; the run stays open`,
      next: 'try again, or hand each to a named owner',
    };
  }
  const silent = await releaseAll(context);
  await eachHost(context, hostsToTidy(context, 'all'), host => forgetJobs(context, host, 'all'));
  const held =
    silent.length === 0 ? '' : `; updaters stay off on ${silent.join(', ')} until their lease ends`;
  await record({type: 'run.closed', data: {reason: `${reason}${held}`.slice(0, 500)}});
  return 'ok';
};
