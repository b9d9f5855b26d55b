import {PatchdeckError} from '../model/error.ts';
import {contradiction} from './contradiction.ts';
import type {Event} from './event.ts';
import {applyToHost, includeHost, intendJob, isHostEvent} from './fold-host.ts';
import {applyToRun, newRunRecord} from './fold-run.ts';
import {omit} from './omit.ts';
import type {Changed, HostRecord, RunRecord, RunState} from './state.ts';
import {hostsThatGoLast} from './topology.ts';

/** Counts up when the meaning of a folded state changes: older snapshots are then dropped and the journal is read again. */
export const foldVersion = 5;

/** After these it is known anew how hosts are reached, or from where. */
const ordersAnew: ReadonlySet<Event['type']> = new Set(['stage.ended', 'plan.locked', 'run.taken-over']);

/**
 * The only writer of run state. Owns the map of host records and replaces the record an event touches: copying the map
 * would cost milliseconds an event on a large fleet.
 */
export class Fold {
  #run: RunRecord | undefined;
  readonly #hosts = new Map<string, HostRecord>();
  readonly #jobs = new Set<string>();

  /** Starts from a snapshot, or from nothing. */
  constructor(from?: RunState) {
    if (from === undefined) return;
    this.#run = from.run;
    for (const [name, record] of from.hosts) {
      this.#hosts.set(name, record);
      for (const job of record.jobs) this.#jobs.add(job.id);
    }
  }

  /** Throws when nothing was folded yet: a journal begins with `run.started`. */
  get state(): RunState {
    return {run: this.#theRun(), hosts: this.#hosts};
  }

  get started(): boolean {
    return this.#run !== undefined;
  }

  /** Throws PatchdeckError `journal.contradiction` for an event that cannot follow the ones before it; nothing is changed then. */
  apply(event: Event): Changed {
    if (event.type === 'run.started') {
      if (this.#run !== undefined) throw contradiction(event, 'the run has begun already');
      this.#run = newRunRecord(event);
      return {run: true, hosts: []};
    }
    const run = this.#theRun();
    if (event.type === 'host.included') {
      return this.#replace(run, event, includeHost(this.#hosts.get(event.data.host.name), event));
    }
    if (event.type === 'job.intended') {
      const {job} = event.data;
      if (this.#jobs.has(job.id)) throw contradiction(event, `job ${job.id} was intended before`);
      const next = intendJob(this.#record(event, job.host), event);
      this.#jobs.add(job.id);
      return this.#replace(run, event, next);
    }
    if (isHostEvent(event)) {
      return this.#replace(run, event, applyToHost(this.#record(event, event.data.host), event));
    }
    this.#run = {...applyToRun(run, event), seq: event.seq};
    return {run: true, hosts: ordersAnew.has(event.type) ? this.#order(this.#run) : []};
  }

  /** Finds out anew who goes last; gives the hosts of which it changed. Not with every scan: it looks at the whole fleet. */
  #order(run: RunRecord): string[] {
    const records = [...this.#hosts.values()];
    const last = hostsThatGoLast(records, run.consoleMachine);
    const changed = records.filter(({host, goesLast}) => {
      const now = last.get(host.name);
      return now?.place !== goesLast?.place || now?.why !== goesLast?.why;
    });
    for (const record of changed) {
      const now = last.get(record.host.name);
      const rest = omit(record, 'goesLast');
      this.#hosts.set(record.host.name, now === undefined ? rest : {...rest, goesLast: now});
    }
    return changed.map(({host}) => host.name);
  }

  #theRun(): RunRecord {
    if (this.#run === undefined) {
      throw new PatchdeckError(
        'outside',
        'journal.contradiction',
        'the journal does not begin with the start of a run; nothing was read from it',
        'run `patchdeck runs` to see which runs are whole',
      );
    }
    return this.#run;
  }

  #record(event: Event, host: string): HostRecord {
    const record = this.#hosts.get(host);
    if (record === undefined) throw contradiction(event, `host ${host} is not part of the run`);
    return record;
  }

  #replace(run: RunRecord, event: Event, record: HostRecord): Changed {
    const {name} = record.host;
    this.#hosts.set(name, record);
    this.#run = {...run, seq: event.seq};
    return {run: false, hosts: [name]};
  }
}

/** Folds a whole journal. Throws as `Fold.apply` does. */
export const foldAll = (events: Iterable<Event>): Fold => {
  const fold = new Fold();
  for (const event of events) fold.apply(event);
  return fold;
};
