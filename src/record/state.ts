import type {Host} from '../model/host.ts';
import type {Job, JobOutcome} from '../model/job.ts';
import type {ManagerId} from '../model/package.ts';
import type {Phase, StageName, Trouble} from '../model/phase.ts';
import type {Grade} from '../model/rollback.ts';
import type {ScanSummary} from '../model/scan.ts';

export type JobRecord = Job & {
  state: 'intended' | 'started' | 'ended';
  since: string;
  outcome?: JobOutcome;
  rc?: number | null;
  /** Digest of the log's file. */
  log?: string;
  /** Its directory on the host was removed. */
  forgotten?: true;
};

/** Something on a host that must not be left hanging. It also expires by itself, on the host, at `expires`. */
export type LeaseRecord = {id: string; what: string; since: string; expires: string};

/** That a host goes after all others, alone; `place` counts from 1 among those. */
export type GoesLast = {place: number; why: string};

export type HostRecord = {
  readonly host: Host;
  readonly leftOut?: {reason: string; by: string};
  /** Others stand behind it: it goes after all of them, alone. */
  readonly goesLast?: GoesLast;
  readonly scan?: ScanSummary & {file: string; at: string};
  readonly unreachable?: Trouble & {at: string};
  readonly planned?: {planDigest: string; changes: number; managers?: readonly ManagerId[]};
  readonly checked?: {planDigest: string; ready: boolean; findings: string[]};
  readonly point?: {planDigest: string; file: string; grade: Grade; why: string};
  readonly rollbackAccepted?: {reason: string; by: string};
  readonly baseline: {readonly before?: string; readonly after?: string};
  readonly phase: Phase;
  readonly phaseSince: string;
  readonly note: string;
  /** Newest last. */
  readonly jobs: readonly JobRecord[];
  /** Index of the first job of the present attempt. */
  readonly attemptFrom: number;
  /** Newest job that ended here since the host was scanned: while the host is what it was, it knows of it. */
  readonly lastEnded?: string;
  /** What the present attempt is for: a resumed run goes on with it. */
  readonly attempt?: 'test' | 'upgrade' | 'rollback';
  readonly leases: readonly LeaseRecord[];
  /** Boot id seen before a reboot that was asked for and not yet seen to happen. */
  readonly rebooting?: string;
  readonly rebooted: number;
  readonly troubles: readonly Trouble[];
  /** Patches that were suspected when the host last got worse; kept after it was taken back. */
  readonly suspects?: readonly string[];
  readonly handedOver?: {owner: string; reason: string};
  /** The epoch of the run that the host knows; absent while the run was never taken over. */
  readonly epoch?: number;
  readonly verified?: {good: boolean; findings: string[]; at: string; scan?: string};
};

export type StageRecord = {
  readonly status: 'not-started' | 'running' | 'complete' | 'incomplete' | 'stopped';
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly summary: string;
  readonly signedOff?: {name: string; reason: string; at: string};
};

export type WaveRecord = {
  wave: number;
  size: number;
  /** How many of its hosts may fail before nothing new starts in it; absent in runs of before that was recorded. */
  allowed?: number;
  startedAt: string;
  outcome?: 'done' | 'failed' | 'stopped';
  summary: string;
};

export type RunRecord = {
  readonly id: string;
  readonly fleet: string;
  readonly mode: 'live' | 'demo';
  /** sha256 of the inventory as it was when the run began. */
  readonly inventory: string;
  readonly startedAt: string;
  readonly startedBy: string;
  /** The machine-id of the machine that the console runs on; absent in older runs, and where there is none. */
  readonly consoleMachine?: string;
  readonly stages: Readonly<Record<StageName, StageRecord>>;
  readonly ranking?: {file: string; count: number; at: string};
  /** What a policy made of that ranking, by digest of the file. */
  readonly decision?: {file: string; at: string};
  readonly chosen: ReadonlySet<string>;
  readonly blocked: ReadonlyMap<string, string>;
  readonly plan?: {
    digest: string;
    revision: number;
    hosts: number;
    changes: number;
    reboot: 'never' | 'when-needed';
    /** What was chosen when it was locked. */
    patches: readonly string[];
    /** Digest of what it does, in whichever run; absent in older runs. */
    content?: string;
    at: string;
  };
  readonly waves: readonly WaveRecord[];
  readonly paused?: string;
  readonly stopping?: 'after-hosts' | 'after-wave';
  readonly closed?: {reason: string; at: string};
  /** Counts up when the run is taken over by a console elsewhere; absent before the first time. */
  readonly epoch?: number;
  /** Goes with the epoch: another console that took over the same record has another one. */
  readonly token?: string;
  /** Of the last event folded. */
  readonly seq: number;
};

export type RunState = {readonly run: RunRecord; readonly hosts: ReadonlyMap<string, HostRecord>};

/** What an event touched: a console redraws these and nothing else. */
export type Changed = {run: boolean; hosts: string[]};
