import {contradiction} from './contradiction.ts';
import type {Trouble} from '../model/phase.ts';
import type {Event} from './event.ts';
import {omit} from './omit.ts';
import type {HostRecord, JobRecord} from './state.ts';

/** The events that are about one host of the run and name it. */
export type HostEvent = Extract<Event, {data: {host: string}}>;

export const isHostEvent = (event: Event): event is HostEvent =>
  'host' in event.data && typeof event.data.host === 'string';

/** A host as it enters the run; one that was there before keeps what happened to it and is no longer left out. */
export const includeHost = (
  before: HostRecord | undefined,
  event: Event & {type: 'host.included'},
): HostRecord => {
  const {host} = event.data;
  if (before !== undefined) return {...omit(before, 'leftOut'), host};
  return {
    host,
    baseline: {},
    phase: 'queued',
    phaseSince: event.ts,
    note: '',
    jobs: [],
    attemptFrom: 0,
    leases: [],
    rebooted: 0,
    troubles: [],
  };
};

/** The record with a job that is about to be sent to its host. */
export const intendJob = (record: HostRecord, event: Event & {type: 'job.intended'}): HostRecord => ({
  ...record,
  jobs: [...record.jobs, {...event.data.job, state: 'intended', since: event.ts}],
});

/** The record after an event about its host. Throws `journal.contradiction`. */
export const applyToHost = (record: HostRecord, event: HostEvent): HostRecord => {
  switch (event.type) {
    case 'host.left-out':
      return {...record, leftOut: {reason: event.data.reason, by: event.actor}};
    case 'host.scanned': {
      const scan = {...event.data.summary, file: event.data.file, at: event.ts};
      return {...omit(record, 'unreachable', 'lastEnded'), scan, troubles: lastingTroubles(record)};
    }
    case 'host.unreachable': {
      const {trouble} = event.data;
      const unreachable = {...trouble, at: event.ts};
      const troubles = [...lastingTroubles(record), trouble];
      // Jobs go by the machine that was scanned: who has begun on a host must still know it.
      return {...(record.jobs.length > 0 ? record : omit(record, 'scan')), unreachable, troubles};
    }
    case 'host.planned': {
      const rest = omit(record, 'checked', 'point', 'rollbackAccepted');
      const {planDigest, changes, managers} = event.data;
      const planned = {planDigest, changes, ...(managers === undefined ? {} : {managers})};
      const attemptFrom = record.jobs.length;
      return {...rest, planned, attemptFrom, phase: 'queued', phaseSince: event.ts, note: '', troubles: []};
    }
    case 'host.attempt':
      // What was proven of it is not what will be there.
      return {
        ...omit(record, 'verified'),
        attempt: event.data.why,
        attemptFrom: record.jobs.length,
        troubles: [],
      };
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
      const {suspects} = event.data.trouble;
      return {
        ...record,
        troubles: [...others, event.data.trouble],
        ...(suspects === undefined ? {} : {suspects}),
      };
    }
    case 'host.trouble-cleared':
      return {...record, troubles: []};
    case 'host.handed-over':
      return {...record, handedOver: {owner: event.data.owner, reason: event.data.reason}};
    case 'host.epoch-raised':
      return {...record, epoch: event.data.epoch};
    case 'host.verified': {
      const {good, findings, scan} = event.data;
      return {...record, verified: {good, findings, at: event.ts, ...(scan === undefined ? {} : {scan})}};
    }
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
      const last = outcome === 'ended' ? {lastEnded: event.data.id} : {};
      return {...record, ...last, jobs: changeJob(record, event, ended)};
    }
    case 'job.forgotten':
      return {...record, jobs: changeJob(record, event, job => ({...job, forgotten: true}))};
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
      // Jobs that come after belong to the new boot.
      const scan = record.scan === undefined ? {} : {scan: {...record.scan, bootId: event.data.bootId}};
      return {...omit(record, 'rebooting'), ...scan, rebooted: record.rebooted + 1};
    }
  }
};

/** What a new scan says nothing about: what became of a change, until the host is taken up again. */
const lastingTroubles = ({jobs, troubles, unreachable}: HostRecord): Trouble[] => {
  if (!jobs.some(job => job.kind !== 'stage')) return [];
  const isOfScan = ({code, what}: Trouble): boolean =>
    code === 'host.clone' || (code === unreachable?.code && what === unreachable.what);
  return troubles.filter(trouble => !isOfScan(trouble));
};

const changeJob = (
  record: HostRecord,
  event: Event & {type: 'job.started' | 'job.ended' | 'job.forgotten'},
  next: (job: JobRecord) => JobRecord,
): JobRecord[] => {
  const {id, host} = event.data;
  const known = record.jobs.find(job => job.id === id);
  if (known === undefined) throw contradiction(event, `job ${id} of ${host} was never intended`);
  if (event.type === 'job.started' && known.state === 'ended') {
    throw contradiction(event, `job ${id} of ${host} has ended already`);
  }
  return record.jobs.map(job => (job.id === id ? next(job) : job));
};
