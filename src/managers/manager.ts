import type {Change, ForeignPackage, InstalledPackage, ManagerId, Update} from '../model/package.ts';
import type {RollbackPoint, StagedFile} from '../model/rollback.ts';
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

/** How far a line of a job's log says the work is; undefined for lines that say nothing of it. */
export type Progress = {percent?: number; line: string};

/** Marks, holds and configuration that an upgrade must not change. */
export type Marks = {automatic: string[]; held: string[]};

/** One package manager: pure, it makes scripts and parses their answers. `Script`s are payloads of jobs, `Probe`s answer at once. */
export type Manager = {
  id: ManagerId;
  refresh: Probe<undefined, RefreshAnswer>;
  /** When the lists were refreshed last, by the host's clock, in seconds since 1970; without root. `undefined`: nobody knows. */
  lists?: Probe<undefined, number | undefined>;
  pending: Probe<undefined, Pending>;
  installed: Probe<undefined, InstalledPackage[]>;
  /** Installed packages that are not the distribution's own, where the manager can tell: its records say nothing of them. */
  foreign?: Probe<undefined, ForeignPackage[]>;
  marks: Probe<undefined, Marks>;
  /** Half-installed or half-configured packages, one line each. */
  broken: Probe<undefined, string[]>;
  /** What installing exactly these versions would change. */
  simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation>;
  /** The same from the staged files of a plan. */
  simulateStaged: Probe<
    {directory: string; changes: readonly Change[]; fresh: readonly StagedFile[]},
    Simulation
  >;
  /** What going back would change, asked before the upgrade against a copy of the package database as it will be. */
  simulateUndo: Probe<
    {
      directory: string;
      changes: readonly Change[];
      previous: readonly StagedFile[];
      fresh: readonly StagedFile[];
    },
    Simulation
  >;
  /** Payload: fetches and verifies the new and the old packages into `directory`. */
  stage(args: {directory: string; changes: readonly Change[]}): Script;
  staged: Probe<{directory: string}, StagedPackages>;
  /** Payload: installs what was staged, and nothing else. */
  install(args: {point: RollbackPoint; changes: readonly Change[]}): Script;
  /** Payload: goes back to the rollback point. */
  undo(args: {point: RollbackPoint; changes: readonly Change[]}): Script;
  /** Configuration files that differ from how they were before the install; empty when the way back is whole. */
  changedConfiguration: Probe<{directory: string}, string[]>;
  /** The changelog of a package's candidate version, newest entry first; empty when the package has none. */
  changelog: Probe<{name: string; version: string}, string>;
  progress(line: string): Progress | undefined;
};
