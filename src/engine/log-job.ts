import type {HostRecord, JobRecord} from '../record/state.ts';

/**
 * The job whose log says what an operator wants to know of a host: the one that runs; else the newest that failed or changed packages, as a
 * restart that went well after it says nothing.
 */
export const jobToShow = ({jobs}: Pick<HostRecord, 'jobs'>): JobRecord | undefined =>
  jobs.findLast(job => job.state !== 'ended') ??
  jobs.findLast(job => job.kind !== 'restart' || job.outcome !== 'ended' || job.rc !== 0) ??
  jobs.at(-1);
