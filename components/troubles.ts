import type {Trouble} from '../src/model/phase.ts';
import type {HostRecord, LeaseRecord} from '../src/record/state.ts';
import {changeScreen, type ConsoleState} from './console-state.ts';
import {localTimes} from './moments.ts';
import {keep} from './keep.ts';
import {count} from './words.ts';
import type {Ui} from './ui.ts';

/** Hosts with the same trouble: one row, one decision. */
export type TroubleGroup = Trouble & {hosts: readonly string[]; severity: number};

/** From this severity on nothing is broken: it was set aside on purpose. */
export const setAsideFrom = 9;

const kept = keep<readonly TroubleGroup[]>();

/** What is broken now, worst first: unknown and failed hosts, then silent ones, then what may be left hanging. */
export const troubleGroups = (state: ConsoleState): readonly TroubleGroup[] => {
  const hosts = state.engine.run?.hosts;
  return kept([hosts, state.version], () => {
    const {run} = state.engine;
    const over = run?.run.closed !== undefined;
    const isLeft = (lease: LeaseRecord): boolean => over || Date.parse(lease.expires) < state.now;
    return group([...(hosts?.values() ?? [])], isLeft);
  });
};

/** Hosts that have at least one trouble. */
export const troubledHosts = (state: ConsoleState): number =>
  new Set(troubleGroups(state).flatMap(item => item.hosts)).size;

/** Shows the hosts of a trouble, and no others, on the screen where something can be done about it. Selects none of them. */
export const goToTrouble = (ui: Ui, state: ConsoleState, trouble: TroubleGroup): Ui => {
  const {run} = state.engine;
  const planned = trouble.hosts.every(name => run?.hosts.get(name)?.planned !== undefined);
  const stage = !planned ? 'identify' : run?.run.stages.deploy.status === 'not-started' ? 'test' : 'deploy';
  const there = changeScreen(
    {...ui, stage},
    {cursor: trouble.hosts[0], filter: trouble.hosts.map(name => `host=${name}`).join(' or ')},
  );
  return {
    ...there,
    message: {
      text: `${count(trouble.hosts.length, 'host')}, a selects them. Next: ${trouble.next}`,
      tone: 'quiet',
    },
  };
};

/** Hosts on which something is held on purpose while the run goes on: updaters, drains. */
export const heldHosts = (state: ConsoleState): number =>
  [...(state.engine.run?.hosts.values() ?? [])].filter(record => record.leases.length > 0).length;

type IsLeft = (lease: LeaseRecord) => boolean;

const group = (records: readonly HostRecord[], isLeft: IsLeft): TroubleGroup[] => {
  const groups = new Map<string, TroubleGroup & {hosts: string[]}>();
  for (const record of records) {
    if (record.leftOut !== undefined) continue;
    for (const trouble of troublesOf(record, isLeft)) {
      const key = `${trouble.code}\n${trouble.what}\n${trouble.next}`;
      const known = groups.get(key);
      if (known === undefined)
        groups.set(key, {...trouble, hosts: [record.host.name], severity: severityOf(record)});
      else known.hosts.push(record.host.name);
    }
  }
  return [...groups.values()].sort((a, b) => a.severity - b.severity || b.hosts.length - a.hosts.length);
};

const troublesOf = (record: HostRecord, isLeft: IsLeft): readonly Trouble[] => {
  const left = hanging(record, isLeft);
  if (record.troubles.length > 0) return [...record.troubles, ...left];
  if (record.phase === 'unknown' && record.handedOver === undefined) {
    return [
      {
        code: 'host.unknown',
        what: 'its state is unknown',
        next: 'look at it, try it again (t) or hand it over (h)',
      },
      ...left,
    ];
  }
  if (record.phase === 'failed') {
    return [
      {
        code: 'host.failed',
        what: record.note === '' ? 'it failed' : record.note,
        next: 'roll it back (R), try it again (t) or skip it (x)',
      },
      ...left,
    ];
  }
  return left;
};

/** What still holds on a host although the run is over or its time is up. While the run goes on it is meant to. */
const hanging = (record: HostRecord, isLeft: IsLeft): Trouble[] =>
  record.leases.filter(isLeft).map(lease => ({
    code: 'lease.open',
    what: `still held: ${lease.what}`,
    next: `it ends by itself at ${localTimes(lease.expires)}; look whether it did`,
  }));

const severityOf = (record: HostRecord): number => {
  if (record.phase === 'unknown') return 0;
  if (record.phase === 'failed') return 1;
  if (record.unreachable !== undefined) return 3;
  return record.troubles.length > 0 ? 2 : 4;
};
