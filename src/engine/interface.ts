import {z} from 'zod';
import {descriptionSchema} from '../inventory/description.ts';
import type {HoleAnswer, HoleQuestion} from '../model/hole.ts';
import {hostNameSchema} from '../model/host.ts';
import type {Signal} from '../model/job.ts';
import {patchIdSchema} from '../model/patch.ts';
import {decisionSchema, shallowRuleSchema} from '../model/policy.ts';
import {stageNameSchema} from '../model/phase.ts';
import type {SoftwareAnswer} from '../model/software.ts';
import {answerSchema, type Question} from '../model/question.ts';
import type {Event} from '../record/event.ts';
import type {Refusal} from '../record/gates.ts';
import type {RunState} from '../record/state.ts';

const reason = z.string().trim().min(1).max(500);
const hosts = z.array(hostNameSchema).min(1);

const pauseSchema = z.object({type: z.literal('pause'), reason});
const resumeSchema = z.object({type: z.literal('resume')});
/** Nothing new starts; running hosts are followed to their end. */
const stopSchema = z.object({
  type: z.literal('stop'),
  how: z.enum(['after-hosts', 'after-wave']),
  reason,
});

/** What an operator can ask for. Each is checked against the run before anything is done, and journaled with its actor. */
export const commandSchema = z.discriminatedUnion('type', [
  /**
   * Starts or resumes a stage; resolves when it has started. `hosts` narrows identify, deploy and verify; identify only glances at hosts
   * that `shallow` means.
   */
  z.object({
    type: z.literal('start'),
    stage: stageNameSchema,
    hosts: hosts.optional(),
    shallow: shallowRuleSchema.optional(),
  }),
  z.object({type: z.literal('leave-out'), hosts, reason}),
  z.object({type: z.literal('choose'), patches: z.array(patchIdSchema).min(1), chosen: z.boolean()}),
  /** Keeps what a policy decided on, as evidence and for the console. It chooses nothing by itself. */
  z.object({
    type: z.literal('decide'),
    decision: decisionSchema,
    approvedBy: z.string().trim().min(1).max(100).optional(),
  }),
  /** Resolves when every host was simulated and the plan is locked, or refused. `only`: hosts by patch, no others get it. */
  z.object({
    type: z.literal('lock-plan'),
    reboot: z.enum(['never', 'when-needed']),
    reason: reason.optional(),
    only: z.record(patchIdSchema, z.array(hostNameSchema)).optional(),
  }),
  z.object({
    type: z.literal('sign-off'),
    stage: stageNameSchema,
    name: z.string().trim().min(1).max(100),
    reason,
  }),
  z.object({type: z.literal('accept-no-rollback'), hosts, reason}),
  /** Undoes what the run changed on these hosts, from their rollback points. */
  z.object({type: z.literal('roll-back'), hosts, reason}),
  /** Never installed again in this fleet until unblocked; planned hosts are planned anew without it. */
  z.object({type: z.literal('block'), patch: patchIdSchema, reason}),
  /** Takes a block back, for the whole fleet. */
  z.object({type: z.literal('unblock'), patch: patchIdSchema, reason}),
  /** States something of hosts in the overlay, beside an inventory that is only read. */
  z.object({type: z.literal('describe'), hosts, description: descriptionSchema}),
  z.object({type: z.literal('retry'), hosts}),
  z.object({type: z.literal('skip'), hosts, reason}),
  z.object({type: z.literal('hand-over'), hosts, owner: z.string().trim().min(1).max(100), reason}),
  pauseSchema,
  resumeSchema,
  stopSchema,
  z.object({type: z.literal('answer'), question: z.string(), answer: answerSchema}),
  z.object({type: z.literal('close'), reason}),
]);
export type Command = z.infer<typeof commandSchema>;

/** What another console of the same user may ask of the one that holds a run: nothing of it changes a host. */
export const slowingSchema = z.discriminatedUnion('type', [pauseSchema, resumeSchema, stopSchema]);
export type Slowing = z.infer<typeof slowingSchema>;

/** What an engine knows now. `run` is undefined until a first scan has begun one. */
export type EngineState = {
  run: RunState | undefined;
  /** Newest signal of each host with work under way. */
  signals: ReadonlyMap<string, Signal>;
  questions: readonly Question[];
  /** A console that went away left a stage in the middle; `start` resumes it. Hosts at work are followed already. */
  interrupted: boolean;
  /** Stages, roll-backs and the like that are under way. */
  busy: boolean;
  /** Why the engine cannot go on, where it cannot: the disk is full, the worker died. Hosts at work finish by themselves. */
  failed: string | undefined;
  /** Of a run that another console holds: whether that one answers, or is gone so that the run can be taken over. */
  holder?: 'answers' | 'gone';
  /** What was found broken in the store and mended, or what makes it read-only; each a sentence for the operator. */
  notices: readonly string[];
};

/** What changed since the last call: redraw these. Batched to at most ten calls a second. */
export type EngineChange = {
  run: boolean;
  hosts: readonly string[];
  signals: boolean;
  questions: boolean;
  /** `busy`, `interrupted`, `failed` or `notices` changed. */
  engine: boolean;
  /** The journaled events of this batch, in order: what `--json` prints. */
  events: readonly Event[];
};

/** The one way to a run, for the console and for every subcommand. */
export interface Engine {
  state(): EngineState;
  /** Calls back after each batch of changes, until the returned function is called. */
  subscribe(changed: (change: EngineChange) => void): () => void;
  submit(command: Command): Promise<'ok' | Refusal>;
  /** Bytes of a file of the store by its sha256: scans, rankings, plans, logs, points, baselines, reports. Throws when it is not there. */
  read(digest: string): Promise<Uint8Array>;
  /** Where a vulnerability is, or what a host has, by the run's ranking. Throws `ranking.none` without one. */
  holes(question: HoleQuestion): Promise<HoleAnswer>;
  /** Who has some software, `openssl 3.0.20`, as the last scans saw it. Throws `software.question`, and `software.none` before any scan. */
  software(words: string): Promise<SoftwareAnswer>;
  /** The newest 64 KiB of the log of a host's running or last job, cleaned. Empty when there was none. */
  log(host: string): Promise<string>;
  /** Resolves when no stage is running and nothing is followed; at once when idle. */
  idle(): Promise<void>;
  /** Stops following (the hosts go on), writes what is pending and frees the run. */
  close(): Promise<void>;
}
