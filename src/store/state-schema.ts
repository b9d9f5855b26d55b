import {z} from 'zod';
import {hostSchema} from '../model/host.ts';
import {jobOutcomes, jobSchema} from '../model/job.ts';
import {phaseSchema, stageNames, troubleSchema} from '../model/phase.ts';
import {gradeSchema} from '../model/rollback.ts';
import {scanSummarySchema} from '../model/scan.ts';
import type {HostRecord, RunRecord} from '../record/state.ts';

const reasonBy = z.looseObject({reason: z.string(), by: z.string()});

const jobRecordSchema = z.looseObject({
  ...jobSchema.shape,
  state: z.enum(['intended', 'started', 'ended']),
  since: z.string(),
  outcome: z.enum(jobOutcomes).exactOptional(),
  rc: z.int().nullable().exactOptional(),
  log: z.string().exactOptional(),
  forgotten: z.literal(true).exactOptional(),
});

/**
 * The folded state as a snapshot holds it. Loose: what a record has besides stays in it. The compiler holds these against
 * record/state.ts: a field that a record needs and that is missing here does not compile, so that older snapshots are not taken.
 */
export const hostRecordSchema = z.looseObject({
  host: hostSchema,
  leftOut: reasonBy.exactOptional(),
  goesLast: z.looseObject({place: z.int(), why: z.string()}).exactOptional(),
  scan: z.looseObject({...scanSummarySchema.shape, file: z.string(), at: z.string()}).exactOptional(),
  unreachable: z.looseObject({...troubleSchema.shape, at: z.string()}).exactOptional(),
  planned: z.looseObject({planDigest: z.string(), changes: z.int()}).exactOptional(),
  checked: z
    .looseObject({planDigest: z.string(), ready: z.boolean(), findings: z.array(z.string())})
    .exactOptional(),
  point: z
    .looseObject({planDigest: z.string(), file: z.string(), grade: gradeSchema, why: z.string()})
    .exactOptional(),
  rollbackAccepted: reasonBy.exactOptional(),
  baseline: z.looseObject({before: z.string().exactOptional(), after: z.string().exactOptional()}),
  phase: phaseSchema,
  phaseSince: z.string(),
  note: z.string(),
  jobs: z.array(jobRecordSchema),
  attemptFrom: z.int(),
  lastEnded: z.string().exactOptional(),
  attempt: z.enum(['test', 'upgrade', 'rollback']).exactOptional(),
  leases: z.array(z.looseObject({id: z.string(), what: z.string(), since: z.string(), expires: z.string()})),
  rebooting: z.string().exactOptional(),
  rebooted: z.int(),
  troubles: z.array(troubleSchema),
  suspects: z.array(z.string()).exactOptional(),
  handedOver: z.looseObject({owner: z.string(), reason: z.string()}).exactOptional(),
  epoch: z.int().exactOptional(),
  verified: z.looseObject({good: z.boolean(), findings: z.array(z.string()), at: z.string()}).exactOptional(),
}) satisfies z.ZodType<HostRecord>;

const stageRecordSchema = z.looseObject({
  status: z.enum(['not-started', 'running', 'complete', 'incomplete', 'stopped']),
  startedAt: z.string().exactOptional(),
  endedAt: z.string().exactOptional(),
  summary: z.string(),
  signedOff: z.looseObject({name: z.string(), reason: z.string(), at: z.string()}).exactOptional(),
});

/** The run's record; sets and maps are lists there, as JSON has neither. */
export const runRecordSchema = z.looseObject({
  id: z.string(),
  fleet: z.string(),
  mode: z.enum(['live', 'demo']),
  inventory: z.string(),
  startedAt: z.string(),
  startedBy: z.string(),
  consoleMachine: z.string().exactOptional(),
  stages: z.record(z.enum(stageNames), stageRecordSchema),
  ranking: z.looseObject({file: z.string(), count: z.int(), at: z.string()}).exactOptional(),
  decision: z.looseObject({file: z.string(), at: z.string()}).exactOptional(),
  chosen: z.array(z.string()).transform(patches => new Set(patches)),
  blocked: z.array(z.tuple([z.string(), z.string()])).transform(entries => new Map(entries)),
  plan: z
    .looseObject({
      digest: z.string(),
      revision: z.int(),
      hosts: z.int(),
      changes: z.int(),
      reboot: z.enum(['never', 'when-needed']),
      patches: z.array(z.string()),
      content: z.string().exactOptional(),
      at: z.string(),
    })
    .exactOptional(),
  waves: z.array(
    z.looseObject({
      wave: z.int(),
      size: z.int(),
      allowed: z.int().exactOptional(),
      startedAt: z.string(),
      outcome: z.enum(['done', 'failed', 'stopped']).exactOptional(),
      summary: z.string(),
    }),
  ),
  paused: z.string().exactOptional(),
  stopping: z.enum(['after-hosts', 'after-wave']).exactOptional(),
  closed: z.looseObject({reason: z.string(), at: z.string()}).exactOptional(),
  epoch: z.int().exactOptional(),
  token: z.string().exactOptional(),
  seq: z.int(),
}) satisfies z.ZodType<RunRecord>;
