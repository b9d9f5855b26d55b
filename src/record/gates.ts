import {PatchdeckError} from '../model/error.ts';
import {isFinal, stageNames, type StageName} from '../model/phase.ts';
import {pickCanaries} from './canaries.ts';
import type {HostRecord, RunState} from './state.ts';

/** Why something cannot be done now, and what opens it. */
export type Refusal = {code: string; what: string; next: string};

/** The hosts that take part: not left out. */
export const members = (state: RunState): HostRecord[] =>
  [...state.hosts.values()].filter(record => record.leftOut === undefined);

/** It did not answer when it was asked last; one that somebody took over by name is theirs to ask. */
const isSilent = (record: HostRecord): boolean =>
  (record.scan === undefined || record.unreachable !== undefined) &&
  record.handedOver === undefined &&
  !isChanged(record);

/** The run has changed it, or begun to: what is true of it is asked by verify, and it can be left out no more. */
const isChanged = ({jobs}: HostRecord): boolean => jobs.some(job => job.kind === 'install');

/** The hosts that the locked plan changes and that are not left out. */
export const plannedHosts = (state: RunState): HostRecord[] =>
  members(state).filter(
    record => record.planned !== undefined && record.planned.planDigest === state.run.plan?.digest,
  );

/** The planned hosts that the test stage upgrades: those marked as canaries, or the one that is picked where none is. */
export const canariesOf = (state: RunState): HostRecord[] => {
  const planned = plannedHosts(state).filter(record => record.phase !== 'skipped');
  const picked = new Set(pickCanaries(planned));
  return planned.filter(record => picked.has(record.host.name));
};

/** The hosts that the run changed or is to change, whichever plan of it they belong to. */
export const changedHosts = (state: RunState): HostRecord[] =>
  members(state).filter(
    record =>
      record.planned !== undefined &&
      (record.planned.planDigest === state.run.plan?.digest ||
        record.phase === 'done' ||
        record.phase === 'rolled back'),
  );

/** The hosts that the run changed and that were not asked what is true since: verify has to be run, again, for them. */
export const unproven = (state: RunState): HostRecord[] =>
  changedHosts(state).filter(record => record.verified === undefined);

/** What keeps a stage from starting, or undefined when its gate is open. */
export const gate = (state: RunState, stage: StageName): Refusal | undefined => {
  if (state.run.closed !== undefined) {
    return {code: 'run.closed', what: 'the run is closed', next: 'start a new run with `patchdeck scan`'};
  }
  const running = stageNames.find(name => name !== stage && state.run.stages[name].status === 'running');
  if (running !== undefined) {
    return {
      code: 'stage.running',
      what: `${running} is running`,
      next: `wait for ${running} to end, or stop it`,
    };
  }
  return gates[stage](state);
};

/** Throws the refusal of a gate as an error (exit code 4). */
export const requireGate = (state: RunState, stage: StageName): void => {
  const refusal = gate(state, stage);
  if (refusal === undefined) return;
  throw new PatchdeckError(
    'gate',
    refusal.code,
    `${stage} cannot start: ${refusal.what}; nothing was done`,
    refusal.next,
  );
};

const answered = (state: RunState): Refusal | undefined => {
  const silent = members(state).filter(isSilent);
  if (state.run.stages.identify.status === 'not-started') {
    return {code: 'gate.identify', what: 'no host was scanned yet', next: 'scan the fleet first (identify)'};
  }
  if (silent.length > 0) {
    return {
      code: 'gate.identify',
      what: `${count(silent.length, 'host')} did not answer: ${names(silent)}`,
      next: 'mend and scan again, or leave each of them out by name (--leave-out HOST)',
    };
  }
  if (members(state).length === 0) {
    return {
      code: 'gate.identify',
      what: 'every host was left out',
      next: 'start a new run with hosts that answer',
    };
  }
  return undefined;
};

const planLocked = (state: RunState): Refusal | undefined =>
  answered(state) ??
  (state.run.plan === undefined
    ? {
        code: 'gate.prioritize',
        what: 'no plan is locked',
        next: 'choose patches and lock the plan (prioritize)',
      }
    : undefined);

/** What keeps a plan from going on: a version of it that is blocked. Hosts that have it already are no reason. */
export const blockedInPlan = (
  {run}: RunState,
  blocked: ReadonlyMap<string, string> = run.blocked,
): Refusal | undefined => {
  const patches = run.plan?.patches.filter(patch => blocked.has(patch)) ?? [];
  if (patches.length === 0) return undefined;
  const more = patches.length > 3 ? ` and ${patches.length - 3} more` : '';
  return {
    code: 'plan.blocked',
    what: `the plan has ${patches.slice(0, 3).join(', ')}${more}, which ${patches.length === 1 ? 'is' : 'are'} blocked`,
    next: 'lock the plan anew without it (prioritize)',
  };
};

const installable = (state: RunState): Refusal | undefined =>
  planLocked(state) ?? blockedInPlan(state) ?? withoutRoot(state) ?? untried(state);

/** A host whose user is not root and may not become it can be scanned, and no more. */
const withoutRoot = (state: RunState): Refusal | undefined => {
  const limited = plannedHosts(state).filter(record => record.scan?.limits !== undefined);
  if (limited.length === 0) return undefined;
  return {
    code: 'gate.root',
    what: `nothing can be installed without root on ${count(limited.length, 'host')}: ${names(limited)}`,
    next: 'leave each of them out by name, or give it `become` in the inventory and begin another run',
  };
};

/**
 * A host that is to be changed by a manager that nobody has proven here, and of which nobody says that it was tried on such hosts: what its
 * documentation leaves out would be learnt from a host that matters.
 */
const untried = (state: RunState): Refusal | undefined => {
  const waiting = plannedHosts(state).flatMap(record => {
    const says =
      record.scan?.documented?.filter(
        ({manager}) =>
          record.planned?.managers?.includes(manager) !== false && !record.host.tried?.includes(manager),
      ) ?? [];
    return says.length === 0 ? [] : [{record, says}];
  });
  const [first] = waiting;
  if (first === undefined) return undefined;
  const managers = [...new Set(waiting.flatMap(({says}) => says.map(({manager}) => manager)))];
  return {
    code: 'gate.untried',
    what: `${first.says.map(({sentence}) => sentence).join('; ')}, and nobody says that it was tried: ${names(waiting.map(({record}) => record))}`,
    next: `try it on a host of that kind that can be lost, then state tried: [${managers.join(', ')}] for them in the inventory and begin another run; or leave each out by name`,
  };
};

const tested = (state: RunState): Refusal | undefined => {
  const refusal = installable(state);
  if (refusal !== undefined) return refusal;
  const {test} = state.run.stages;
  if (test.status !== 'complete') {
    const what =
      test.status === 'not-started'
        ? 'the plan was not tested'
        : `the test did not end well: ${test.summary}`;
    return {code: 'gate.test', what, next: 'run the test stage to its end'};
  }
  const worse = canariesOf(state).filter(({phase}) => isFinal(phase) && phase !== 'done');
  if (worse.length > 0) {
    return {
      code: 'gate.canary',
      what: `${names(worse)}, which went first, ${worse.length === 1 ? `is ${worse[0]?.phase ?? ''}` : 'are not healthy'}`,
      next: 'lock the plan anew without what made it worse (prioritize), or leave it out by name',
    };
  }
  const unready = plannedHosts(state).filter(record => !isFinal(record.phase) && record.point === undefined);
  if (unready.length > 0) {
    return {
      code: 'gate.test',
      what: `there is no tested way back for ${count(unready.length, 'host')}: ${names(unready)}`,
      next: 'test again, or leave each of them out by name',
    };
  }
  const noWayBack = plannedHosts(state).filter(
    record =>
      !isFinal(record.phase) && record.point?.grade === 'none' && record.rollbackAccepted === undefined,
  );
  if (noWayBack.length > 0) {
    return {
      code: 'gate.no-rollback',
      what: `${count(noWayBack.length, 'host')} could not be rolled back: ${names(noWayBack)}`,
      next: 'accept that for each by name (--accept-no-rollback HOST), or leave it out',
    };
  }
  if (test.signedOff === undefined) {
    return {
      code: 'gate.sign-off',
      what: 'nobody signed the test off',
      next: 'look at the canaries, then sign off (--sign-off NAME --reason TEXT)',
    };
  }
  return undefined;
};

const deployed = (state: RunState): Refusal | undefined => {
  const refusal = planLocked(state);
  if (refusal !== undefined) return refusal;
  const open = plannedHosts(state).filter(record => !isFinal(record.phase));
  if (open.length > 0) {
    return {
      code: 'gate.deploy',
      what: `${count(open.length, 'host')} ${open.length === 1 ? 'is' : 'are'} not in a final state: ${names(open)}`,
      next: 'deploy to the end, or leave each of them out by name',
    };
  }
  const unknown = plannedHosts(state).filter(
    record => record.phase === 'unknown' && record.handedOver === undefined,
  );
  if (unknown.length > 0) {
    return {
      code: 'gate.unknown',
      what: `the state of ${names(unknown)} is unknown`,
      next: 'look at each, try again, or hand it to a named owner (--hand-over HOST=OWNER)',
    };
  }
  return undefined;
};

const gates: Readonly<Record<StageName, (state: RunState) => Refusal | undefined>> = {
  identify: () => undefined,
  prioritize: answered,
  test: installable,
  deploy: tested,
  verify: deployed,
};

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const names = (records: readonly HostRecord[]): string => {
  const shown = records.slice(0, 5).map(record => record.host.name);
  const more = records.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
};
