import {constants} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {z} from 'zod';
import {PatchdeckError} from '../model/error.ts';
import {stageNames} from '../model/phase.ts';
import type {RunRecord} from '../record/state.ts';
import {readAll} from './durable-file.ts';
import {isOwnDirectory, openOwn} from './own-file.ts';
import {isRunId, runDirectory, runsDirectory} from './paths.ts';
import {openRunJournal, runParts, unknownRun} from './run-journal.ts';

/** A run in the list of all. What could not be found out is `unknown`, and `problem` says why. */
export type RunSummary = {
  id: string;
  startedAt: string;
  fleet: string;
  mode: 'live' | 'demo' | 'unknown';
  /** Neither closed nor damaged: it can be gone on with. */
  open: boolean;
  /** `deploy complete: 20 of 20 done`; the stage that was last begun. */
  summary: string;
  problem?: string;
};

/**
 * All runs of a state directory, newest first, or the one named. Throws `store.foreign` for the directory itself only, `run.bad-id` and
 * `run.unknown` for a name.
 */
export const listRuns = async (stateDir: string, only?: string): Promise<RunSummary[]> => {
  const found: RunSummary[] = [];
  if (only !== undefined && !(await isOwnDirectory(runDirectory(stateDir, only)))) throw unknownRun(only);
  for (const id of only === undefined ? await runIds(stateDir) : [only]) {
    const summary = await summaryOf(stateDir, id);
    if (summary !== undefined) found.push(summary);
  }
  return found.sort(newestFirst);
};

/** The newest run that can be gone on with, of this fleet or of any. */
export const openRunOf = async (stateDir: string, fleet?: string): Promise<string | undefined> => {
  const open: RunSummary[] = [];
  for (const id of await runIds(stateDir)) {
    // Ids are newest first by the minute: within one minute, all have to be looked at.
    if (open.some(newer => minuteOf(newer.id) !== minuteOf(id))) break;
    if (await endsClosed(stateDir, id)) continue;
    const summary = await summaryOf(stateDir, id);
    if (summary?.open === true && (fleet === undefined || summary.fleet === fleet)) open.push(summary);
  }
  return open.sort(newestFirst)[0]?.id;
};

/** The newest run, where it cannot be gone on with because its record is damaged or not ours. */
export const damagedRunOf = async (stateDir: string): Promise<{id: string; problem: string} | undefined> => {
  const ids = await runIds(stateDir);
  const newest: RunSummary[] = [];
  for (const id of ids) {
    if (newest.some(other => minuteOf(other.id) !== minuteOf(id))) break;
    const summary = await summaryOf(stateDir, id);
    if (summary !== undefined) newest.push(summary);
  }
  const [run] = newest.sort(newestFirst);
  return run?.problem === undefined ? undefined : {id: run.id, problem: run.problem};
};

const newestFirst = (a: RunSummary, b: RunSummary): number =>
  b.startedAt.localeCompare(a.startedAt) || b.id.localeCompare(a.id);

const runIds = async (stateDir: string): Promise<string[]> => {
  const directory = runsDirectory(stateDir);
  if (!(await isOwnDirectory(stateDir)) || !(await isOwnDirectory(directory))) return [];
  const names = await readdir(directory);
  return names.filter(isRunId).sort().reverse();
};

/** Undefined for a run that never began. */
const summaryOf = async (stateDir: string, id: string): Promise<RunSummary | undefined> => {
  const unknown = {
    id,
    startedAt: minuteOf(id),
    fleet: 'unknown',
    mode: 'unknown',
    open: false,
    summary: '',
  } as const;
  const directory = runDirectory(stateDir, id);
  try {
    if (!(await isOwnDirectory(directory))) return undefined;
    const {journal, fold, broken} = await openRunJournal(directory, {
      mode: 'read',
      now: Date.now,
      useSnapshot: true,
    });
    await journal.close();
    if (!fold.started) return broken === undefined ? undefined : {...unknown, problem: broken};
    const {run} = fold.state;
    const {startedAt, fleet, mode} = run;
    const open = run.closed === undefined && broken === undefined;
    const summary = {id, startedAt, fleet, mode, open, summary: stageOf(run)};
    return broken === undefined ? summary : {...summary, problem: broken};
  } catch (error) {
    if (error instanceof PatchdeckError) return {...unknown, problem: error.message};
    throw error;
  }
};

const stageOf = (run: RunRecord): string => {
  const last = stageNames.findLast(name => run.stages[name].status !== 'not-started');
  if (last === undefined) return 'nothing was begun';
  const {status, summary} = run.stages[last];
  return summary === '' ? `${last} ${status}` : `${last} ${status}: ${summary}`;
};

/** `2026-11-24T02:33Z` of an id. */
const minuteOf = (id: string): string =>
  id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d).*$/, '$1-$2-$3T$4:$5Z');

const lastLineBytes = 4096;
const typeOnly = z.object({type: z.string()});

/** True when the last line of the journal closes the run: then nothing else of it has to be read. */
const endsClosed = async (stateDir: string, id: string): Promise<boolean> => {
  const path = runParts(runDirectory(stateDir, id)).journal;
  try {
    const handle = await openOwn(path, constants.O_RDONLY);
    if (handle === undefined) return false;
    try {
      const {size} = await handle.stat();
      const length = Math.min(size, lastLineBytes);
      const end = new TextDecoder().decode(await readAll(handle, length, size - length));
      const line = end.trimEnd().split('\n').at(-1) ?? '';
      return typeOnly.parse(JSON.parse(line)).type === 'run.closed';
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
};
