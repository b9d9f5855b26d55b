import {z} from 'zod';
import {changeSchema, managerIdSchema} from './package.ts';
import {patchIdSchema} from './patch.ts';

/** Ordered: one manager and one job each; undone in reverse. */
export const stepSchema = z.object({manager: managerIdSchema, changes: z.array(changeSchema).min(1)});
export type Step = z.infer<typeof stepSchema>;

export const hostPlanSchema = z.object({
  host: z.string(),
  machineId: z.string(),
  patches: z.array(patchIdSchema),
  steps: z.array(stepSchema),
});
export type HostPlan = z.infer<typeof hostPlanSchema>;

/** What was approved, exactly. Kept as a file; its sha256 is the plan's digest. */
export const planSchema = z.object({
  v: z.literal(1),
  run: z.string(),
  /** 1 for the first; a plan locked anew (a version was blocked) counts up. */
  revision: z.int().min(1),
  reboot: z.enum(['never', 'when-needed']),
  hosts: z.array(hostPlanSchema),
});
export type Plan = z.infer<typeof planSchema>;

/** All changes of a host's plan, in the order of its steps. */
export const changesOf = (plan: HostPlan): z.infer<typeof changeSchema>[] =>
  plan.steps.flatMap(step => step.changes);
