import {changedHosts, members} from '../src/record/gates.ts';
import type {Phase} from '../src/model/phase.ts';
import type {HostRecord, RunState} from '../src/record/state.ts';
import {exitCodes, type ExitCode} from './exit-code.ts';
import type {Result} from './output.ts';

/** Everything that is not as it should be on the hosts of a run, left-out hosts included: "done" is not said over them. */
export const problemsOf = (state: RunState): Result['problems'] =>
  [...state.hosts.values()].flatMap(record => problemsOfHost(record));

const problemsOfHost = (record: HostRecord): Result['problems'] => {
  const host = record.host.name;
  if (record.leftOut !== undefined) {
    const because = record.unreachable === undefined ? '' : ` (${record.unreachable.what})`;
    return [
      {
        host,
        code: 'host.left-out',
        what: `${host} was left out: ${record.leftOut.reason}${because}`,
        next: 'it is not patched: take it into the next run',
      },
    ];
  }
  const troubles = record.troubles.map(({code, what, next}) => ({host, code, what, next}));
  const ended = endings[record.phase];
  if (ended === undefined || (troubles.length > 0 && record.phase !== 'skipped')) return troubles;
  const why = record.note === '' ? '' : `: ${record.note}`;
  return [...troubles, {host, code: ended.code, what: `${host} ${ended.what}${why}`, next: ended.next}];
};

/** What is said of a phase where no trouble says more. */
const endings: Partial<Record<Phase, {code: string; what: string; next: string}>> = {
  'rolled back': {
    code: 'host.rolled-back',
    what: 'was rolled back, what was planned for it is not installed',
    next: 'find out why, then take it into the next run',
  },
  skipped: {
    code: 'host.skipped',
    what: 'was skipped, it is not patched',
    next: 'take it into the next run',
  },
  failed: {code: 'host.failed', what: 'failed', next: 'try it again, or roll it back'},
  unknown: {
    code: 'host.unknown-state',
    what: 'is in a state that is not known',
    next: 'try it again, or hand it to a named owner',
  },
};

/** 3 when a host of the run failed, is unknown, was left out, skipped or taken back. */
export const exitOf = (problems: Result['problems']): ExitCode =>
  problems.length > 0 ? exitCodes.hosts : exitCodes.done;

/** How the run stands, in numbers, for a result. */
export const countsOf = (state: RunState): Record<string, number> => {
  const phases = Map.groupBy(changedHosts(state), record => record.phase);
  return {
    hosts: state.hosts.size,
    leftOut: state.hosts.size - members(state).length,
    ...Object.fromEntries([...phases].map(([phase, records]) => [phase, records.length])),
  };
};
