import type {z} from 'zod';
import type {Progress} from '../jobs/progress.ts';
import type {marksSchema} from '../model/moment.ts';
import type {Change, ForeignPackage, InstalledPackage, ManagerId, Update} from '../model/package.ts';
import type {StepPoint, StagedFile} from '../model/rollback.ts';
import type {Probe, Script} from '../model/script.ts';

/** What a refresh of the package lists came to. A failed repository makes what follows unknown. */
export type RefreshAnswer = {fresh: boolean; failures: string[]};

/** Pending updates, what each belongs to, and why some would not be installed. */
export type Pending = Update[];

/** What a simulation would do, or why the manager refuses. */
export type Simulation = {changes: Change[]; refused: string | undefined};

/** What lies in a staging directory. `gone`: previous versions that could not be had from anywhere. */
export type StagedPackages = {
  fresh: StagedFile[];
  previous: StagedFile[];
  gone: {name: string; arch: string; version: string}[];
};

/** What failed though the database says installed, as a scriptlet of an RPM, in words that name the package. */
export type Complaint = {name: string; what: string};

/** Marks that an upgrade must not change, in the manager's own words. */
export type Marks = z.infer<typeof marksSchema>;

/**
 * A manager's part in the scripts that ask a host once for all its managers: shell text. It prints a line for each thing, nothing and
 * no error where the manager is not there.
 */
export type ManagerShell = {
  /** A command that succeeds where the manager can be used. */
  present: string;
  held: string;
  /** Packages that came as a dependency. */
  automatic: string;
  /** Packages that are half installed, as any user may see them. */
  broken: string;
  /** Packages that asked for a reboot, or one line that says why; `? WHY` where it is not known whether any did. */
  rebootWanted: string;
  /** Directories that need room besides those that all managers use. */
  paths: readonly string[];
  /** As root: processes that hold a lock of its. */
  lockHolders: string;
  /** As root: what is half done and would keep it from working. */
  interrupted: string;
};

/**
 * What it was proven on. `lab`: the real program, on whole hosts, each time the project is tested. `doc`: what `source` says of `version`; it scans, and it
 * patches only hosts whose inventory says that somebody has tried it there (`tried`). `shown`: what was seen of it besides.
 */
export type Proven =
  {by: 'lab'; shown?: string} | {by: 'doc'; source: string; version: string; shown?: string};

/** One package manager: pure, it makes scripts and parses their answers. `Script`s are payloads of jobs, `Probe`s answer at once. */
export type Manager = {
  id: ManagerId;
  proven: Proven;
  /** Where it keeps what is installed: of managers that share a database one is used. */
  database: string;
  /** For sentences: whose lock it is, what shows and what mends what was interrupted. */
  words: {lock: string; look: string; mend: string};
  refresh: Probe<undefined, RefreshAnswer>;
  /** When the lists were refreshed last, by the host's clock, in seconds since 1970; without root. `undefined`: nobody knows. */
  lists?: Probe<undefined, number | undefined>;
  pending: Probe<undefined, Pending>;
  /** A cheaper look at what is pending, where there is one: it may lack what the plain upgrade keeps back. */
  glance?: Probe<undefined, Pending>;
  installed: Probe<undefined, InstalledPackage[]>;
  /** Installed packages that are not the distribution's own, where the manager can tell: its records say nothing of them. */
  foreign?: Probe<undefined, ForeignPackage[]>;
  marks: Probe<undefined, Marks>;
  /** Bytes that these changes need below /var: downloaded, and unpacked beside what is there; `undefined` where its lists do not say. */
  room: Probe<readonly Change[], number | undefined>;
  /** What installing exactly these versions would change. */
  simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation>;
  /** The same from the staged files of a plan. */
  simulateStaged: Probe<
    {directory: string; changes: readonly Change[]; fresh: readonly StagedFile[]},
    Simulation
  >;
  /**
   * What going back would change, asked before the upgrade against a copy of the package database as it will be. Undefined where that
   * cannot be rehearsed: the way back is partial then.
   */
  simulateUndo:
    | Probe<
        {
          directory: string;
          changes: readonly Change[];
          previous: readonly StagedFile[];
          fresh: readonly StagedFile[];
        },
        Simulation
      >
    | undefined;
  /** What may refuse the way back and no simulation sees, a sentence each: maintainer scripts that look at versions. */
  refusals?: Probe<
    {
      directory: string;
      changes: readonly Change[];
      previous: readonly StagedFile[];
      fresh: readonly StagedFile[];
    },
    string[]
  >;
  /** Payload: fetches and verifies the new and the old packages into `directory`. */
  stage(args: {directory: string; changes: readonly Change[]}): Script;
  staged: Probe<{directory: string}, StagedPackages>;
  /** Payload: installs what was staged, and nothing else. */
  install(args: {point: StepPoint; changes: readonly Change[]}): Script;
  /** Payload: goes back to the rollback point. */
  undo(args: {point: StepPoint; changes: readonly Change[]}): Script;
  /**
   * What failed in the install or undo of a step's directory though the database says that it is done, and was not mended since (the package
   * was installed anew). Empty also where none was begun. Undefined where the database itself says it, as dpkg's does.
   */
  complaints?: Probe<{directory: string}, Complaint[]>;
  /** Configuration files that differ from how they were before the install; empty when the way back is whole. */
  changedConfiguration: Probe<{directory: string}, string[]>;
  /** Units that are restarted after its changes, besides those that are seen to run replaced code. */
  restart?: readonly string[];
  /** Debian's changelog of a package's candidate version, newest entry first, empty when it has none; undefined where there is no such thing. */
  changelog: Probe<{name: string; version: string}, string> | undefined;
  /** Installed packages that have to do with a unit: a regression of it is laid at their doors. Empty when there is none. */
  owners: Probe<{unit: string}, string[]>;
  /** How far a line of a job's log says the work is; undefined for lines that say nothing of it. */
  progress(line: string): Progress | undefined;
};

/** One that a distribution has, and that is looked for on a host. */
export type DistributionManager = Manager & {shell: ManagerShell};
