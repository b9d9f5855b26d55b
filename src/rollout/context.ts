import type {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import type {Signal} from '../model/job.ts';
import type {FollowLimits} from '../jobs/follow.ts';
import type {RunClaim} from '../jobs/epochs.ts';
import type {Link} from '../jobs/link.ts';
import type {Manager} from '../managers/manager.ts';
import type {Managers} from '../managers/registry.ts';
import type {ManagerId} from '../model/package.ts';
import type {OutsideChecks} from '../hosts/smoke.ts';
import type {Body} from '../record/event.ts';
import type {HostRecord, RunState} from '../record/state.ts';

/** How many hosts are worked on at once, how long things may take (milliseconds), how much may fail. */
export type RolloutLimits = FollowLimits & {
  concurrency: number;
  /** A wave stops when more hosts than this have failed in it. */
  failuresAllowed: number;
  /** How long a host may take to come back from a reboot. */
  rebootMs: number;
  /** How long services may take to be healthy after a change. */
  settleMs: number;
  /** Inhibited updaters and the like expire on the host after this. */
  leaseMs: number;
};

export const defaultRolloutLimits: Omit<RolloutLimits, keyof FollowLimits> = {
  concurrency: 10,
  failuresAllowed: 0,
  rebootMs: 10 * 60_000,
  settleMs: 20_000,
  leaseMs: 6 * 3_600_000,
};

/** Everything a stage may use. Nothing else reaches a host, a disk or a clock. */
export type RunContext = {
  state(): RunState;
  /** Resolves once the event is on disk: what it announces may only then go on the wire. */
  record(body: Body): Promise<void>;
  put(document: unknown): Promise<string>;
  /** Bytes of a file of the store. */
  read(digest: string): Promise<Uint8Array>;
  appendLog(job: string, chunk: Uint8Array): Promise<void>;
  /** Makes the log a file of the store and gives its digest. */
  finishLog(job: string): Promise<string>;
  logBytes(job: string): Promise<number>;
  link(host: string): Link;
  managers: Managers;
  outside: OutsideChecks;
  signal(signal: Signal): void;
  limits: RolloutLimits;
  now(): number;
  /** Milliseconds since some moment: what waiting is measured by, as the clock may be set meanwhile. */
  elapsed(): number;
  /** 32 hex digits. */
  newId(): string;
  random(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborts when the console goes: hosts go on, only the following ends. */
  closing: AbortSignal;
  /** Resolves when the run is not paused, or is to stop. Rejects when the console goes. */
  resumed(): Promise<void>;
  /** Work under way by host: never two at once on one. */
  underWay: Map<string, Promise<boolean>>;
  /** Who is at the console, for the host's own records. */
  by: string;
};

/** The record of a host of the run. Throws for a name that is not part of it: a bug. */
export const hostRecord = (context: RunContext, name: string): HostRecord => {
  const record = context.state().hosts.get(name);
  if (record === undefined) throw new Error(`no host ${name} in the run`);
  return record;
};

/** What hosts are told of this console's claim to the run. */
export const runClaim = (context: Pick<RunContext, 'state'>): RunClaim => {
  const {id, epoch = 1, token = ''} = context.state().run;
  return {id, epoch, token};
};

/** A manager of a host of the run. */
export const managerOn = (context: RunContext, host: string, id: ManagerId): Manager =>
  context.managers.of(hostRecord(context, host).host, id);

/** The managers that a host was scanned with, in the order of their steps. */
export const managersOn = (context: RunContext, host: string): Manager[] =>
  (hostRecord(context, host).scan?.managers ?? ['apt']).map(id => managerOn(context, host, id));

/** A file of the store as what its schema says it is. Throws `store.damaged` when it is not. */
export const readDocument = async <Schema extends z.ZodType>(
  context: Pick<RunContext, 'read'>,
  digest: string,
  schema: Schema,
): Promise<z.infer<Schema>> => {
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(await context.read(digest))));
  if (parsed.success) return parsed.data;
  throw new PatchdeckError(
    'outside',
    'store.damaged',
    `file ${digest.slice(0, 12)} of the run is not what it should be; it was not used`,
    'scan again to make it anew',
    {cause: parsed.error},
  );
};

/** Ends the work on one host: what is wrong becomes its trouble, and `phase` where it stands. */
export class HostStopped extends Error {
  readonly phase: 'failed' | 'unknown';
  readonly code: string;
  readonly next: string;
  /** Ids of the patches that may have caused it. */
  readonly suspects: readonly string[];

  constructor(
    phase: 'failed' | 'unknown',
    code: string,
    what: string,
    next: string,
    suspects: readonly string[] = [],
  ) {
    super(what);
    this.phase = phase;
    this.code = code;
    this.next = next;
    this.suspects = suspects;
  }
}
