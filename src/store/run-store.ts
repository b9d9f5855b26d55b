import {dirname} from 'node:path';
import {describeError, PatchdeckError} from '../model/error.ts';
import type {Body, Event} from '../record/event.ts';
import {Fold} from '../record/fold.ts';
import type {Changed, RunState} from '../record/state.ts';
import {createFiles} from './files.ts';
import type {Head} from './journal-lines.ts';
import {acquireLock, readOwner, thisConsole, type Lock, type LockOwner} from './lock.ts';
import {sweepLeftovers} from './leftovers.ts';
import {createLogs} from './logs.ts';
import {isOwnDirectory, ownDirectory} from './own-file.ts';
import {runDirectory, runsDirectory} from './paths.ts';
import {openRunJournal, readRun, runParts, unknownRun} from './run-journal.ts';
import {createSnapshotKeeper} from './snapshot-keeper.ts';
import {stateRoot} from './state-root.ts';

export {readRun, type RunReading} from './run-journal.ts';
export {damagedRunOf, listRuns, openRunOf, type RunSummary} from './runs.ts';

/** A run as its one writer has it. */
export type RunStore = {
  readonly id: string;
  readonly directory: string;
  /** What is on disk, folded. Throws while no run has begun here. */
  readonly state: RunState;
  readonly started: boolean;
  /** Seq and sha256 of the last line on disk. */
  readonly head: Head;
  /**
   * Resolves once the event is on disk and folded. Rejects with `journal.contradiction` before anything is written, with
   * `store.read-only`, and with `store.full` or `store.write-failed`: nothing can be recorded after those.
   */
  record(body: Body, actor: string): Promise<Event>;
  /** The digest under which the bytes can be read, once they are durable. */
  put(bytes: Uint8Array): Promise<string>;
  read(digest: string): Promise<Uint8Array>;
  appendLog(job: string, chunk: Uint8Array): Promise<void>;
  logBytes(job: string): Promise<number>;
  /** Makes the log a file. What came in raw is kept until the job's end is recorded. */
  finishLog(job: string): Promise<string>;
  /** The newest bytes of a job's log, running or ended; empty when there is none. */
  tailLog(job: string, maxBytes: number): Promise<Uint8Array>;
  /** Calls back after each event, in order, until the returned function is called. */
  onEvent(listener: (event: Event, changed: Changed) => void): () => void;
  readonly notices: readonly string[];
  readonly readOnly: string | undefined;
  /** All events of the run, read from its journal. */
  events(): Promise<Event[]>;
  close(): Promise<void>;
};

/**
 * Takes a run for writing. One that is not there is made, unless it has to be `existing`. Throws `run.held` (exit code 5) when
 * another console has it, `run.unknown`, `run.bad-id`, and what journals, locks and directories throw.
 */
export const openRunStore = async (options: {
  stateDir: string;
  id: string;
  existing?: boolean;
  /** Milliseconds since 1970. */
  now?: () => number;
}): Promise<RunStore> => {
  const {stateDir, id, now = Date.now} = options;
  const directory = runDirectory(stateDir, id);
  const parts = runParts(directory);
  if (options.existing === true && !(await isOwnDirectory(directory))) throw unknownRun(id);
  const notices: string[] = [];
  const notice = (sentence: string): void => void notices.push(sentence);
  await stateRoot(stateDir, notice);
  for (const path of [runsDirectory(stateDir), directory, parts.files, parts.logs]) {
    await ownDirectory(path, notice);
  }
  const lock = await acquireLock(parts.lock, thisConsole(now()));
  if (!('release' in lock)) throw held(id, lock.heldBy);
  try {
    await sweepLeftovers([directory, parts.files], notice);
    const store = await withLock(id, directory, lock, notices, now);
    if (options.existing === true && !store.started) throw unknownRun(id);
    return store;
  } catch (error) {
    await lock.release();
    throw error;
  }
};

const withLock = async (
  id: string,
  directory: string,
  lock: Lock,
  notices: string[],
  now: () => number,
): Promise<RunStore> => {
  const parts = runParts(directory);
  const files = createFiles(parts.files);
  const logs = createLogs(parts.logs, files);
  const listeners = new Set<(event: Event, changed: Changed) => void>();
  const tidying = new Set<Promise<void>>();
  const forgetLog = (job: string): void => {
    const mine = logs
      .forget(job)
      .catch(
        (error: unknown) =>
          void notices.push(`a raw log stays, though it is a file now: ${describeError(error)}`),
      )
      .finally(() => tidying.delete(mine));
    tidying.add(mine);
  };

  // Two folds: `planned` has what is on its way to the disk and judges what comes next; `fold` has what is on disk.
  let planned = new Fold();
  const opened = await openRunJournal(directory, {
    mode: 'write',
    now,
    useSnapshot: true,
    admit: event => {
      if (event.type === 'run.started' && event.data.run !== id)
        throw new Error(`${id} is not run ${event.data.run}`);
      planned.apply(event);
    },
    durable: (event, head) => {
      const changed = fold.apply(event);
      keeper.after(head);
      if (event.type === 'job.ended' && event.data.log !== null) forgetLog(event.data.id);
      for (const listener of listeners) tell(listener, event, changed);
    },
  });
  const {journal, fold, broken} = opened;
  notices.push(...opened.notices);
  planned = new Fold(fold.started ? fold.state : undefined);
  const keeper = createSnapshotKeeper(
    parts.snapshot,
    () => fold.state,
    opened.snapshotSeq,
    journal.head,
    error => notices.push(`no snapshot of the run could be written: ${describeError(error)}`),
  );
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    try {
      await journal.close();
      await Promise.all(tidying);
      if (broken === undefined) await keeper.close();
    } finally {
      await lock.release();
    }
  };
  return {
    id,
    directory,
    get state() {
      return fold.state;
    },
    get started() {
      return fold.started;
    },
    get head() {
      return journal.head;
    },
    record: async (body, actor) => {
      if (broken !== undefined) throw isBroken(id, broken);
      return await journal.append(body, actor);
    },
    put: bytes => files.put(bytes),
    read: digest => files.read(digest),
    appendLog: (job, chunk) => logs.append(job, chunk),
    logBytes: job => logs.bytes(job),
    finishLog: job => logs.finish(job),
    tailLog: async (job, maxBytes) => {
      const raw = await logs.tail(job, maxBytes);
      if (raw !== undefined) return raw;
      const digest = fold.started ? logOf(fold.state, job) : undefined;
      return digest === undefined ? new Uint8Array() : (await files.read(digest)).slice(-maxBytes);
    },
    onEvent: listener => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    notices,
    get readOnly() {
      return broken ?? journal.readOnly;
    },
    events: async () => [...(await readRun(dirname(dirname(directory)), id)).events],
    close: () => (closing ??= close()),
  };
};

/** A listener's fault is a bug of its own: the event is recorded all the same. */
const tell = (listener: (event: Event, changed: Changed) => void, event: Event, changed: Changed): void => {
  try {
    listener(event, changed);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

const logOf = (state: RunState, job: string): string | undefined => {
  for (const {jobs} of state.hosts.values()) {
    const found = jobs.find(record => record.id === job);
    if (found !== undefined) return found.log;
  }
  return undefined;
};

const isBroken = (id: string, why: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.read-only',
    `nothing can be recorded in run ${id}: ${why}; it was not done`,
    'start a new run with `patchdeck scan`: it asks every host what is true',
  );

/** Who holds a run, as they said themselves: for a sentence. */
export const holderOf = async (stateDir: string, id: string): Promise<string> =>
  describeOwner(await readOwner(runParts(runDirectory(stateDir, id)).lock));

const describeOwner = (by: LockOwner | undefined): string => {
  const where = by?.tty === undefined ? '' : ` on ${by.tty}`;
  return by === undefined
    ? 'another console, which did not say whose it is'
    : `${by.user} at ${by.host} (process ${by.pid}${where}) since ${by.since}`;
};

const held = (id: string, by: LockOwner | undefined): PatchdeckError => {
  const who = describeOwner(by);
  return new PatchdeckError(
    'busy',
    'run.held',
    `run ${id} is held by ${who}; nothing was opened or changed`,
    `close it there${by === undefined ? '' : `, or end process ${by.pid} if nobody is at it`}: hosts at work go on by themselves, and the run is taken up here`,
  );
};
