import {changedHosts, members} from '../src/record/gates.ts';
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
  if (troubles.length === 0 && record.phase === 'rolled back') {
    const what = `${host} was rolled back: what was planned for it is not installed`;
    return [{host, code: 'host.rolled-back', what, next: 'find out why, then take it into the next run'}];
  }
  return troubles;
};

/** 3 when a host of the run failed, is unknown, was left out or taken back. */
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
