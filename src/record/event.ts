import {z} from 'zod';
import {hostSchema} from '../model/host.ts';
import {jobIdSchema, jobOutcomes, jobSchema} from '../model/job.ts';
import {managerIdSchema} from '../model/package.ts';
import {patchIdSchema} from '../model/patch.ts';
import {phaseSchema, stageNameSchema, troubleSchema} from '../model/phase.ts';
import {gradeSchema} from '../model/rollback.ts';
import {scanSummarySchema} from '../model/scan.ts';

/** sha256 of a file of the store, in hex. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
const host = z.string();
const reason = z.string().max(500);

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({type: z.literal(type), data: z.object(shape)});

/** Everything that can happen in a run. What an operator decided is among it, with its actor. */
export const bodySchema = z.discriminatedUnion('type', [
  event('run.started', {
    run: z.string(),
    fleet: z.string(),
    mode: z.enum(['live', 'demo']),
    inventory: z.string(),
    /** Of the machine that the console runs on. */
    machineId: z.string().max(100).exactOptional(),
  }),
  event('run.closed', {reason}),
  /** Another console, elsewhere, goes on with the run: hosts refuse what comes of a lower epoch. */
  event('run.taken-over', {
    epoch: z.int().min(2),
    from: z.string().max(200),
    /** Tells this taking over from another one of the same record. */
    token: z.string().max(32).exactOptional(),
    machineId: z.string().max(100).exactOptional(),
  }),
  event('host.included', {host: hostSchema}),
  event('host.left-out', {host, reason}),
  event('stage.started', {stage: stageNameSchema}),
  event('stage.ended', {
    stage: stageNameSchema,
    outcome: z.enum(['complete', 'incomplete', 'stopped']),
    summary: z.string(),
  }),
  event('stage.signed-off', {stage: stageNameSchema, name: z.string().max(100), reason}),
  event('host.scanned', {host, file: digestSchema, summary: scanSummarySchema}),
  event('host.unreachable', {host, trouble: troubleSchema}),
  event('patches.ranked', {file: digestSchema, count: z.int()}),
  /** `decision`: the file of what a policy made of the ranking, by digest, and who said yes to it. It may choose nothing. */
  event('patches.chosen', {
    patches: z.array(patchIdSchema).max(200),
    chosen: z.boolean(),
    decision: digestSchema.exactOptional(),
    approvedBy: z.string().max(100).exactOptional(),
  }),
  event('plan.locked', {
    digest: digestSchema,
    revision: z.int(),
    hosts: z.int(),
    changes: z.int(),
    reboot: z.enum(['never', 'when-needed']),
    reason,
    /** sha256 of what the plan does, without the run and revision it is of; absent in older runs. */
    content: digestSchema.exactOptional(),
  }),
  event('host.planned', {
    host,
    planDigest: digestSchema,
    changes: z.int(),
    /** Those of its managers that the plan uses, in the order of its steps; absent in older runs. */
    managers: z.array(managerIdSchema).exactOptional(),
  }),
  event('host.phase', {host, phase: phaseSchema, note: z.string().max(500)}),
  event('host.checked', {
    host,
    planDigest: digestSchema,
    ready: z.boolean(),
    findings: z.array(z.string().max(300)).max(10),
  }),
  event('host.staged', {
    host,
    planDigest: digestSchema,
    point: digestSchema,
    grade: gradeSchema,
    why: z.string().max(500),
  }),
  event('host.rollback-accepted', {host, reason}),
  /** The work on a host begins anew: jobs of earlier attempts that have ended are not taken for this one's. */
  event('host.attempt', {host, why: z.enum(['test', 'upgrade', 'rollback']), reason}),
  event('host.baseline', {host, when: z.enum(['before', 'after']), file: digestSchema}),
  event('host.trouble', {host, trouble: troubleSchema}),
  event('host.trouble-cleared', {host}),
  /** The host was asked after the run was taken over, and refuses jobs of lower epochs. */
  event('host.epoch-raised', {host, epoch: z.int()}),
  event('host.handed-over', {host, owner: z.string().max(100), reason}),
  event('host.verified', {
    host,
    good: z.boolean(),
    findings: z.array(z.string().max(300)).max(10),
    /** The new scan that it rests on, where the host answered one. */
    scan: digestSchema.optional(),
  }),
  event('job.intended', {job: jobSchema}),
  event('job.started', {id: jobIdSchema, host}),
  event('job.ended', {
    id: jobIdSchema,
    host,
    outcome: z.enum(jobOutcomes),
    rc: z.int().nullable(),
    log: digestSchema.nullable(),
  }),
  /** Its directory on the host is gone; how it ended is known there for a while. */
  event('job.forgotten', {id: jobIdSchema, host}),
  event('lease.intended', {host, id: z.string(), what: z.string(), expires: z.string()}),
  event('lease.released', {host, id: z.string()}),
  event('reboot.intended', {host, bootId: z.string()}),
  event('reboot.seen', {host, bootId: z.string()}),
  event('wave.started', {wave: z.int(), size: z.int(), allowed: z.int().min(0).optional()}),
  event('wave.ended', {wave: z.int(), outcome: z.enum(['done', 'failed', 'stopped']), summary: z.string()}),
  event('version.blocked', {patch: patchIdSchema, reason}),
  event('version.unblocked', {patch: patchIdSchema, reason}),
  event('run.paused', {reason}),
  event('run.resumed', {reason}),
  event('run.stopping', {how: z.enum(['after-hosts', 'after-wave']), reason}),
]);
export type Body = z.infer<typeof bodySchema>;
export type BodyOf<Type extends Body['type']> = Extract<Body, {type: Type}>;

/**
 * `v` is the version of the event format: older ones are upcast when read. 2 came with `run.taken-over` and `host.epoch-raised`, 3 with
 * `job.forgotten` and the step of a job: whoever does not know of it would take one step's job for another's. Every event of an older one
 * is one of this.
 */
export const eventVersion = 3;

export const envelopeSchema = z.object({
  v: z.int(),
  seq: z.int().min(1),
  /** sha256 of the previous line's bytes; 64 zeros for the first. */
  prevHash: digestSchema,
  ts: z.string(),
  /** Who decided or what did it: `operator NAME` or `engine`. */
  actor: z.string(),
});
export type Event = z.infer<typeof envelopeSchema> & Body;
