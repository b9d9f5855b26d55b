import {z} from 'zod';

export const stageNames = ['identify', 'prioritize', 'test', 'deploy', 'verify'] as const;
export const stageNameSchema = z.enum(stageNames);
export type StageName = z.infer<typeof stageNameSchema>;

/** Where a host is in its rollout. The last five are final; `unknown` is not done and not failed: somebody has to look. */
export const phases = [
  'queued',
  'locked',
  'checked',
  'staged',
  'drained',
  'installing',
  'restarting',
  'rebooting',
  'checking',
  'rolling back',
  'done',
  'failed',
  'unknown',
  'rolled back',
  'skipped',
] as const;
export const phaseSchema = z.enum(phases);
export type Phase = z.infer<typeof phaseSchema>;

const finalPhases: ReadonlySet<Phase> = new Set(['done', 'failed', 'unknown', 'rolled back', 'skipped']);
export const isFinal = (phase: Phase): boolean => finalPhases.has(phase);

const changingPhases: ReadonlySet<Phase> = new Set([
  'drained',
  'installing',
  'restarting',
  'rebooting',
  'checking',
  'rolling back',
]);
/** A host is being changed: a console that finds it so goes on with it, and nobody else asks it anything meanwhile. */
export const isChanging = (phase: Phase): boolean => changingPhases.has(phase);

/** Something broken now: hosts with the same code and text are one row and one decision. */
export const troubleSchema = z.object({
  code: z.string(),
  what: z.string(),
  next: z.string(),
  /** Ids of the patches that may have caused it, where that could be found out. */
  suspects: z.array(z.string()).optional(),
});
export type Trouble = z.infer<typeof troubleSchema>;
