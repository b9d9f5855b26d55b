import type {HostSpec} from './world/fleet.ts';
import type {Package, Release, Upgrade} from './world/packages.ts';
import type {Role} from './world/roles.ts';
import type {Random} from './random.ts';

/** dpkg's two letters: installed, unpacked and not configured. */
export type Status = 'ii' | 'iU';
export type Installed = Package & {status: Status};

export type UnitState = {state: 'active' | 'failed'; since: number};

/** A package file kept in a staging directory. */
export type StagedFile = {
  folder: 'new' | 'old';
  name: string;
  arch: string;
  version: string;
  file: string;
  sha256: string;
  bytes: number;
  source: Upgrade['previous'];
};
export type Staging = {files: StagedFile[]; gone: {name: string; arch: string; version: string}[]};

export type Job = {
  id: string;
  spec: string;
  verb: string;
  log: string;
  /** Boot it was started in. */
  boot: string;
  /** Undefined while it runs. */
  rc?: number;
};

/** Something that will happen on the host: at a time, by its clock, whoever is connected. */
export type Due = {at: number; act: (host: DemoHost, now: number) => void; job?: string};

/** A simulated Debian host. All of its state is here and changes only by what is asked of it and by its agenda. */
export type DemoHost = {
  readonly spec: HostSpec;
  readonly release: Release;
  readonly role: Role;
  /** Packages that came with its role and no upgrade touches. */
  readonly extra: readonly Package[];
  /** What divides every duration: 1 is credible for a person. */
  readonly speed: number;
  readonly random: Random;
  readonly machineId: string;
  boot: string;
  runningKernel: string;
  /** Not reachable until then. */
  awayUntil: number;
  /** Its system finishes starting then. */
  startedAt: number;
  readonly packages: Map<string, Installed>;
  readonly automatic: Set<string>;
  readonly held: Set<string>;
  readonly units: Map<string, UnitState>;
  /** When a package's files were replaced last. */
  readonly replacedAt: Map<string, number>;
  /** Packages that asked for a reboot. */
  readonly rebootWanted: Set<string>;
  readonly jobs: Map<string, Job>;
  /** rc of jobs that were forgotten, or in a word how they ended. */
  readonly ended: Map<string, string>;
  readonly syslog: string[];
  /** By run, with the token of the console whose it is. */
  readonly epochs: Map<string, {epoch: number; token: string}>;
  readonly staging: Map<string, Staging>;
  /** Automatic updaters: running timers, and those that are held off. */
  updaters: {active: string[]; inhibited: string[]};
  /** How it is set aside: the command that did it, the one that ends it, and until when by its own clock. */
  aside: Map<string, {start: string; end: string; until: number}>;
  agenda: Due[];
};

/** How long something takes on this host that would take `ms` at speed 1. */
export const scaled = (host: DemoHost, ms: number): number => ms / host.speed;

/** Does all that is due by `now`, in order. Everything that looks at a host calls this first. */
export const advance = (host: DemoHost, now: number): void => {
  for (;;) {
    const next = host.agenda[0];
    if (next === undefined || next.at > now) return;
    host.agenda.shift();
    next.act(host, next.at);
  }
};

/** Puts something on the agenda; what is due at the same time keeps its order. */
export const schedule = (host: DemoHost, due: Due): void => {
  const index = host.agenda.findIndex(other => other.at > due.at);
  if (index < 0) host.agenda.push(due);
  else host.agenda.splice(index, 0, due);
};

export const isReachable = (host: DemoHost, now: number): boolean => now >= host.awayUntil;

/** The job that runs now, if one does. */
export const runningJob = (host: DemoHost): Job | undefined =>
  [...host.jobs.values()].find(job => job.rc === undefined && job.boot === host.boot);
