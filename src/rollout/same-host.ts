import {identity} from '../hosts/identity.ts';
import {hostRecord, HostStopped, type RunContext} from './context.ts';

/**
 * Throws HostStopped, `unknown`, for a host that was replaced, or restored to an earlier state, since the run last looked at it: what is
 * recorded of it is not true any more. A host with a job under way is asked when that is followed.
 */
export const requireSameHost = async (context: RunContext, host: string): Promise<void> => {
  const {scan, lastEnded = '', jobs} = hostRecord(context, host);
  if (scan === undefined || jobs.some(job => job.state !== 'ended')) return;
  const now = await context.link(host).ask(identity, {after: lastEnded});
  if (now.machineId !== scan.machineId) {
    throw notTheSame('host.replaced', `${host} is not the machine that was scanned (its machine-id differs)`);
  }
  if (!now.knows) {
    throw notTheSame(
      'host.restored',
      `${host} was restored to an earlier state: it has no trace of work that was done there`,
    );
  }
};

const notTheSame = (code: string, what: string): HostStopped =>
  new HostStopped(
    'unknown',
    code,
    `${what}; nothing was changed`,
    'find out what was done to it, then scan again and lock the plan anew',
  );
