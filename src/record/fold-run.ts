import {contradiction} from './contradiction.ts';
import type {StageName} from '../model/phase.ts';
import type {Event} from './event.ts';
import type {HostEvent} from './fold-host.ts';
import {omit} from './omit.ts';
import type {RunRecord, StageRecord} from './state.ts';

/** The events that are about the run as a whole, once it has begun. */
export type RunEvent = Exclude<Event, HostEvent | {type: 'run.started' | 'host.included' | 'job.intended'}>;

export const newRunRecord = (event: Event & {type: 'run.started'}): RunRecord => ({
  id: event.data.run,
  fleet: event.data.fleet,
  mode: event.data.mode,
  inventory: event.data.inventory,
  startedAt: event.ts,
  startedBy: event.actor,
  ...(event.data.machineId === undefined ? {} : {consoleMachine: event.data.machineId}),
  stages: emptyStages(),
  chosen: new Set(),
  blocked: new Map(),
  waves: [],
  seq: event.seq,
});

/** The run's record after an event about it. */
export const applyToRun = (run: RunRecord, event: RunEvent): RunRecord => {
  switch (event.type) {
    case 'run.closed':
      return {...run, closed: {reason: event.data.reason, at: event.ts}};
    case 'stage.started': {
      // A stage that starts anew is no longer signed off: what was signed is not what will be there.
      const anew: StageRecord = {status: 'running', startedAt: event.ts, summary: ''};
      return changeStage(omit(run, 'paused', 'stopping'), event.data.stage, () => anew);
    }
    case 'stage.ended': {
      const {stage, outcome, summary} = event.data;
      // A stop was for this stage, and is over with it.
      return changeStage(omit(run, 'stopping'), stage, record => ({
        ...record,
        status: outcome,
        endedAt: event.ts,
        summary,
      }));
    }
    case 'stage.signed-off': {
      const {stage, name, reason} = event.data;
      return changeStage(run, stage, record => ({...record, signedOff: {name, reason, at: event.ts}}));
    }
    case 'patches.ranked':
      // What a policy decided was about the ranking before.
      return {
        ...omit(run, 'decision'),
        ranking: {file: event.data.file, count: event.data.count, at: event.ts},
      };
    case 'patches.chosen': {
      const chosen = new Set(run.chosen);
      for (const patch of event.data.patches) {
        if (event.data.chosen) chosen.add(patch);
        else chosen.delete(patch);
      }
      const {decision} = event.data;
      return {...run, chosen, ...(decision === undefined ? {} : {decision: {file: decision, at: event.ts}})};
    }
    case 'plan.locked': {
      return {...run, plan: {...omit(event.data, 'reason'), patches: [...run.chosen], at: event.ts}};
    }
    case 'version.blocked': {
      const chosen = new Set(run.chosen);
      chosen.delete(event.data.patch);
      return {...run, chosen, blocked: new Map(run.blocked).set(event.data.patch, event.data.reason)};
    }
    case 'version.unblocked': {
      const blocked = new Map(run.blocked);
      blocked.delete(event.data.patch);
      return {...run, blocked};
    }
    case 'wave.started': {
      const others = run.waves.filter(wave => wave.wave !== event.data.wave);
      const {wave, size, allowed} = event.data;
      return {
        ...run,
        waves: [
          ...others,
          {wave, size, ...(allowed === undefined ? {} : {allowed}), startedAt: event.ts, summary: ''},
        ],
      };
    }
    case 'wave.ended': {
      const {outcome, summary} = event.data;
      const waves = run.waves.map(wave =>
        wave.wave === event.data.wave ? {...wave, outcome, summary} : wave,
      );
      return {...run, waves};
    }
    case 'run.taken-over':
      if (event.data.epoch <= (run.epoch ?? 1)) throw contradiction(event, 'the run has that epoch already');
      return {
        // What is known of the machine it was on is not true of this one.
        ...omit(run, 'token', 'consoleMachine'),
        epoch: event.data.epoch,
        ...(event.data.token === undefined ? {} : {token: event.data.token}),
        ...(event.data.machineId === undefined ? {} : {consoleMachine: event.data.machineId}),
      };
    case 'run.paused':
      return {...run, paused: event.data.reason};
    case 'run.resumed':
      return omit(run, 'paused', 'stopping');
    case 'run.stopping':
      // A stop is not taken back by a weaker one.
      return {...run, stopping: run.stopping === 'after-hosts' ? 'after-hosts' : event.data.how};
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
