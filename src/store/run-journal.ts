import {join} from 'node:path';
import {describeError, PatchdeckError} from '../model/error.ts';
import {bodySchema, eventVersion, type Body, type Event} from '../record/event.ts';
import {Fold} from '../record/fold.ts';
import type {RunState} from '../record/state.ts';
import {createFiles} from './files.ts';
import {openJournal, type Journal, type JournalOptions} from './journal.ts';
import {isOwnDirectory} from './own-file.ts';
import {runDirectory} from './paths.ts';
import {dropSnapshot, readSnapshot, type Snapshot} from './snapshot.ts';

/** The parts of a run's directory. */
export const runParts = (directory: string) => ({
  journal: join(directory, 'journal.jsonl'),
  snapshot: join(directory, 'snapshot.json'),
  lock: join(directory, 'lock'),
  files: join(directory, 'files'),
  logs: join(directory, 'logs'),
});

/** A run's journal and what its events come to; `broken` says why they were believed only in part. */
export type RunJournal = {
  journal: Journal<Body>;
  fold: Fold;
  notices: string[];
  broken: string | undefined;
  /** Seq of the snapshot that was begun from; 0 without one. */
  snapshotSeq: number;
};

/** Opens the journal of a run and folds it, from its snapshot where that fits. Throws as `openJournal`, and `store.missing`. */
export const openRunJournal = async (
  directory: string,
  options: Pick<JournalOptions<Body>, 'mode' | 'now' | 'admit' | 'durable'> & {useSnapshot: boolean},
): Promise<RunJournal> => {
  const parts = runParts(directory);
  const snapshot = await readSnapshot(parts.snapshot);
  const journal = await openJournal({
    ...options,
    path: parts.journal,
    schema: bodySchema,
    version: eventVersion,
    ...(snapshot !== undefined && options.useSnapshot ? {from: snapshot.head} : {}),
  });
  if (journal.head.seq === 0 && snapshot !== undefined) {
    await journal.close();
    throw journalMissing(parts.journal);
  }
  const notices = [...journal.notices];
  const lost = snapshot === undefined ? undefined : lostSentence(parts.journal, snapshot, journal.head.seq);
  if (lost !== undefined) notices.push(lost);
  // What is recorded from here on has the numbers of what was lost: a snapshot of that would contradict it.
  if (lost !== undefined && journal.readOnly === undefined) await dropSnapshot(parts.snapshot);
  const changed = snapshot === undefined ? undefined : changedSentence(parts.journal, snapshot, journal);
  if (changed !== undefined) notices.push(changed);
  const fold = new Fold(journal.continued ? snapshot?.state : undefined);
  let broken = journal.broken ?? changed;
  try {
    for (const event of journal.events) fold.apply(event);
  } catch (error) {
    broken = describeError(error);
    notices.push(broken);
  }
  const snapshotSeq = journal.continued ? (snapshot?.head.seq ?? 0) : 0;
  return {journal, fold, notices, broken, snapshotSeq};
};

/** A run as it can be read without holding it: while its writer works, the last event may be missing. */
export type RunReading = {
  state: RunState;
  events: readonly Event[];
  notices: readonly string[];
  readFile(digest: string): Promise<Uint8Array>;
};

/** Reads a run and changes nothing. Throws `run.unknown`, and as journals do. */
export const readRun = async (stateDir: string, id: string): Promise<RunReading> => {
  const directory = runDirectory(stateDir, id);
  if (!(await isOwnDirectory(directory))) throw unknownRun(id);
  const {journal, fold, notices} = await openRunJournal(directory, {
    mode: 'read',
    now: Date.now,
    useSnapshot: false,
  });
  await journal.close();
  if (!fold.started) throw unknownRun(id);
  const files = createFiles(runParts(directory).files);
  return {state: fold.state, events: journal.events, notices, readFile: digest => files.read(digest)};
};

export const unknownRun = (id: string): PatchdeckError =>
  new PatchdeckError(
    'input',
    'run.unknown',
    `there is no run ${id} in this state directory; nothing was opened`,
    'see which there are with `patchdeck runs`',
  );

const lostSentence = (path: string, {head}: Snapshot, seq: number): string | undefined =>
  head.seq <= seq
    ? undefined
    : `${path} ends with event ${seq}, and event ${head.seq} had been recorded: ` +
      'what came between is lost, and every host is to be asked what is true (scan again)';

/**
 * The chain tells of every changed line but the last, as nothing follows on it: there the snapshot does, which was taken of what was
 * recorded.
 */
const changedSentence = (
  path: string,
  {head}: Snapshot,
  {continued, events, head: last}: Journal<Body>,
): string | undefined => {
  if (continued || head.seq > last.seq) return undefined;
  // Each line names the one before it.
  const hash = events[head.seq]?.prevHash ?? last.hash;
  return hash === head.hash
    ? undefined
    : `${path} is damaged: event ${head.seq} is not what was recorded, as the snapshot beside it shows. ` +
        'What it says can be seen, nothing can be added and no host is worked on';
};

const journalMissing = (path: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'store.missing',
    `${path} is gone, though the run had begun; nothing was opened`,
    'put a copy of it back, or start a new run with `patchdeck scan`: it asks every host what is true',
  );
