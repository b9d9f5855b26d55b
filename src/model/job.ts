import {z} from 'zod';

/** 128 random bits in hex: the id of a job, which starts at most once, ever. */
export const jobIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

export const jobKinds = ['stage', 'install', 'undo', 'restart'] as const;

/** Work that outlives the connection. Journaled as intent before anything is sent. */
export const jobSchema = z.object({
  id: jobIdSchema,
  host: z.string(),
  kind: z.enum(jobKinds),
  planDigest: z.string(),
  /** The step of the plan, counted from 0; absent in runs of before there were several. */
  step: z.int().min(0).exactOptional(),
  /** Where the host was when the job was decided on: another boot or machine means interrupted, or another host. */
  bootId: z.string(),
  machineId: z.string(),
  /** The newest job that is known to have ended there: a host that has no trace of it was restored to an earlier state. */
  after: jobIdSchema.exactOptional(),
});
export type Job = z.infer<typeof jobSchema>;

/** How a job came to its end: as its host says, or `refused`. */
export const jobOutcomes = ['ended', 'interrupted', 'died', 'never-started', 'replaced', 'refused'] as const;
export type JobOutcome = (typeof jobOutcomes)[number];

/**
 * What a host says of a job.
 * `ended`: its runner wrote `rc`. `interrupted`: the host booted since. `died`: the runner is gone and left no `rc`.
 * `never-started`: no directory, on the same machine in the same boot, which knows of the job before. `replaced`: no directory, but
 * the machine is not what it was: unknown, ask.
 */
export type JobState =
  | {state: 'running'; logBytes: number}
  | {state: 'ended'; rc: number; logBytes: number}
  | {state: 'interrupted'; logBytes: number}
  | {state: 'died'; logBytes: number}
  | {state: 'never-started'}
  | {state: 'replaced'; reason: string};

/** Where long work is, sent but never journaled. `percent` is the manager's own number, absent where it has none. */
export type Signal = {host: string; percent?: number; line: string; at: number};
