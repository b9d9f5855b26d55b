import {PatchdeckError} from '../model/error.ts';
import type {StageName} from '../model/phase.ts';
import type {Event} from './event.ts';
import type {Changed, HostRecord, JobRecord, RunRecord, RunState, StageRecord} from './state.ts';

/** Counts up when the meaning of a folded state changes: older snapshots are then dropped and the journal is read again. */
export const foldVersion = 1;

/**
 * The only writer of run state. Owns the map of host records and replaces the record an event touches: copying the map
 * would cost milliseconds an event on a large fleet.
 */
export class Fold {
  #run: RunRecord | undefined;
  readonly #hosts = new Map<string, HostRecord>();
  readonly #jobs = new Map<string, string>();

  /** Starts from a snapshot, or from nothing. */
  constructor(from?: RunState) {
    if (from === undefined) return;
    this.#run = from.run;
    for (const [name, record] of from.hosts) {
      this.#hosts.set(name, record);
      for (const job of record.jobs) this.#jobs.set(job.id, name);
    }
  }

  /** Throws when nothing was folded yet: a journal begins with `run.started`. */
  get state(): RunState {
    return {run: this.#theRun(), hosts: this.#hosts};
  }

  get started(): boolean {
    return this.#run !== undefined;
  }

  /** Throws PatchdeckError `journal.contradiction` for an event that cannot follow the ones before it. */
  apply(event: Event): Changed {
    if (event.type === 'run.started') return this.#start(event);
    const run = this.#theRun();
    const touched = this.#applyToHost(event);
    const next = touched === undefined ? applyToRun(run, event) : run;
    this.#run = {...next, seq: event.seq};
    return touched === undefined ? {run: true, hosts: []} : {run: false, hosts: [touched]};
  }

  #start(event: Event & {type: 'run.started'}): Changed {
    if (this.#run !== undefined) throw contradiction(event, 'the run has begun already');
    this.#run = {
      id: event.data.run,
      fleet: event.data.fleet,
      mode: event.data.mode,
      inventory: event.data.inventory,
      startedAt: event.ts,
      startedBy: event.actor,
      stages: emptyStages(),
      chosen: new Set(),
      blocked: new Map(),
      waves: [],
      seq: event.seq,
    };
    return {run: true, hosts: []};
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

  /** The name of the host whose record was replaced, or undefined when the event is about the run. */
  #applyToHost(event: Event): string | undefined {
    if (event.type === 'host.included') {
      const {host} = event.data;
      this.#hosts.set(host.name, {
        host,
        baseline: {},
        phase: 'queued',
        phaseSince: event.ts,
        note: '',
        jobs: [],
        leases: [],
        rebooted: 0,
        troubles: [],
      });
      return host.name;
    }
    if (event.type === 'job.intended') {
      const {job} = event.data;
      if (this.#jobs.has(job.id)) throw contradiction(event, `job ${job.id} was intended before`);
      this.#jobs.set(job.id, job.host);
      return this.#replace(event, job.host, record => ({
        ...record,
        jobs: [...record.jobs, {...job, state: 'intended', since: event.ts}],
      }));
    }
    if (!('host' in event.data)) return undefined;
    return this.#replace(event, event.data.host, record => applyToHost(record, event));
  }

  #replace(event: Event, name: string, next: (record: HostRecord) => HostRecord): string {
    const record = this.#hosts.get(name);
    if (record === undefined) throw contradiction(event, `host ${name} is not part of the run`);
    this.#hosts.set(name, next(record));
    return name;
  }
}

/** Folds a whole journal. Throws as `Fold.apply` does. */
export const foldAll = (events: Iterable<Event>): Fold => {
  const fold = new Fold();
  for (const event of events) fold.apply(event);
  return fold;
};

const applyToHost = (record: HostRecord, event: Event): HostRecord => {
  switch (event.type) {
    case 'host.left-out':
      return {...record, leftOut: {reason: event.data.reason, by: event.actor}};
    case 'host.scanned': {
      const {unreachable: _unreachable, ...rest} = record;
      return {...rest, scan: {...event.data.summary, file: event.data.file, at: event.ts}, troubles: []};
    }
    case 'host.unreachable': {
      const {scan: _scan, ...rest} = record;
      return {...rest, unreachable: {...event.data.trouble, at: event.ts}, troubles: [event.data.trouble]};
    }
    case 'host.planned': {
      const {checked: _checked, point: _point, rollbackAccepted: _accepted, ...rest} = record;
      return {...rest, planned: {planDigest: event.data.planDigest, changes: event.data.changes}};
    }
    case 'host.phase':
      return {...record, phase: event.data.phase, phaseSince: event.ts, note: event.data.note};
    case 'host.checked': {
      const {planDigest, ready, findings} = event.data;
      return {...record, checked: {planDigest, ready, findings}};
    }
    case 'host.staged': {
      const {planDigest, point, grade, why} = event.data;
      return {...record, point: {planDigest, file: point, grade, why}};
    }
    case 'host.rollback-accepted':
      return {...record, rollbackAccepted: {reason: event.data.reason, by: event.actor}};
    case 'host.baseline':
      return {...record, baseline: {...record.baseline, [event.data.when]: event.data.file}};
    case 'host.trouble': {
      const others = record.troubles.filter(trouble => trouble.code !== event.data.trouble.code);
      return {...record, troubles: [...others, event.data.trouble]};
    }
    case 'host.trouble-cleared':
      return {...record, troubles: []};
    case 'host.handed-over':
      return {...record, handedOver: {owner: event.data.owner, reason: event.data.reason}};
    case 'host.verified':
      return {...record, verified: {good: event.data.good, findings: event.data.findings, at: event.ts}};
    case 'job.started':
      return {
        ...record,
        jobs: changeJob(record, event, job => ({...job, state: 'started', since: event.ts})),
      };
    case 'job.ended': {
      const {outcome, rc, log} = event.data;
      const ended = (job: JobRecord): JobRecord => ({
        ...job,
        state: 'ended',
        outcome,
        rc,
        ...(log === null ? {} : {log}),
      });
      return {...record, jobs: changeJob(record, event, ended)};
    }
    case 'lease.intended': {
      const {id, what, expires} = event.data;
      const others = record.leases.filter(lease => lease.id !== id);
      return {...record, leases: [...others, {id, what, since: event.ts, expires}]};
    }
    case 'lease.released':
      return {...record, leases: record.leases.filter(lease => lease.id !== event.data.id)};
    case 'reboot.intended':
      return {...record, rebooting: event.data.bootId};
    case 'reboot.seen': {
      const {rebooting: _rebooting, ...rest} = record;
      return {...rest, rebooted: record.rebooted + 1};
    }
    default:
      return record;
  }
};

const changeJob = (
  record: HostRecord,
  event: Event & {type: 'job.started' | 'job.ended'},
  next: (job: JobRecord) => JobRecord,
): JobRecord[] => {
  if (!record.jobs.some(job => job.id === event.data.id)) {
    throw contradiction(event, `job ${event.data.id} of ${event.data.host} was never intended`);
  }
  return record.jobs.map(job => (job.id === event.data.id ? next(job) : job));
};

const applyToRun = (run: RunRecord, event: Event): RunRecord => {
  switch (event.type) {
    case 'run.closed':
      return {...run, closed: {reason: event.data.reason, at: event.ts}};
    case 'stage.started': {
      // A stage that starts anew is no longer signed off: what was signed is not what will be there.
      const {paused: _paused, stopping: _stopping, ...rest} = run;
      return changeStage(rest, event.data.stage, () => ({
        status: 'running',
        startedAt: event.ts,
        summary: '',
      }));
    }
    case 'stage.ended': {
      const {stage, outcome, summary} = event.data;
      return changeStage(run, stage, record => ({...record, status: outcome, endedAt: event.ts, summary}));
    }
    case 'stage.signed-off': {
      const {stage, name, reason} = event.data;
      return changeStage(run, stage, record => ({...record, signedOff: {name, reason, at: event.ts}}));
    }
    case 'patches.ranked':
      return {...run, ranking: {file: event.data.file, count: event.data.count, at: event.ts}};
    case 'patches.chosen': {
      const chosen = new Set(run.chosen);
      for (const patch of event.data.patches) {
        if (event.data.chosen) chosen.add(patch);
        else chosen.delete(patch);
      }
      return {...run, chosen};
    }
    case 'plan.locked': {
      const {digest, revision, hosts, changes, reboot} = event.data;
      return {...run, plan: {digest, revision, hosts, changes, reboot, at: event.ts}};
    }
    case 'version.blocked': {
      const chosen = new Set(run.chosen);
      chosen.delete(event.data.patch);
      return {...run, chosen, blocked: new Map(run.blocked).set(event.data.patch, event.data.reason)};
    }
    case 'wave.started': {
      const others = run.waves.filter(wave => wave.wave !== event.data.wave);
      const {wave, size} = event.data;
      return {...run, waves: [...others, {wave, size, startedAt: event.ts, summary: ''}]};
    }
    case 'wave.ended': {
      const {outcome, summary} = event.data;
      const waves = run.waves.map(wave =>
        wave.wave === event.data.wave ? {...wave, outcome, summary} : wave,
      );
      return {...run, waves};
    }
    case 'run.paused':
      return {...run, paused: event.data.reason};
    case 'run.resumed': {
      const {paused: _paused, stopping: _stopping, ...rest} = run;
      return rest;
    }
    case 'run.stopping':
      return {...run, stopping: event.data.how};
    default:
      return run;
  }
};

const changeStage = (
  run: RunRecord,
  stage: StageName,
  next: (record: StageRecord) => StageRecord,
): RunRecord => ({
  ...run,
  stages: {...run.stages, [stage]: next(run.stages[stage])},
});

const emptyStages = (): Record<StageName, StageRecord> => {
  const empty: StageRecord = {status: 'not-started', summary: ''};
  return {identify: empty, prioritize: empty, test: empty, deploy: empty, verify: empty};
};

const contradiction = (event: Event, what: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'journal.contradiction',
    `event ${event.seq} (${event.type}) contradicts the journal: ${what}; nothing after it was believed`,
    'keep the run directory as it is and start a new run',
  );
