import type {HostRecord} from '../src/record/state.ts';
import type {ConsoleState} from './console-state.ts';
import {patchName} from './screens/patch-words.ts';
import {setAsideFrom, troubleGroups, type TroubleGroup} from './troubles.ts';

const severity = setAsideFrom;

/** What `!` lists: what is broken, worst first, then what was set aside. */
export const listedTroubles = (state: ConsoleState): readonly TroubleGroup[] => [
  ...troubleGroups(state),
  ...setAside(state),
];

/** What is not broken and not done either: hosts that were set aside, versions that are kept out. Named wherever trouble is listed. */
const setAside = (state: ConsoleState): readonly TroubleGroup[] => {
  const {run} = state.engine;
  if (run === undefined) return [];
  const hosts = [...run.hosts.values()];
  const those = (
    code: string,
    why: (record: HostRecord) => string | undefined,
    next: string,
  ): TroubleGroup[] => {
    const byReason = Map.groupBy(hosts, why);
    return [...byReason].flatMap(([what, records]) =>
      what === undefined ? [] : [{code, what, next, hosts: records.map(({host}) => host.name), severity}],
    );
  };
  return [
    ...those(
      'host.left-out',
      ({leftOut}) => (leftOut === undefined ? undefined : `left out: ${leftOut.reason}`),
      'not patched by this run: take it into the next one',
    ),
    ...those(
      'host.skipped',
      ({phase, note, leftOut}) =>
        phase === 'skipped' && leftOut === undefined ? `skipped: ${note}` : undefined,
      'not patched by this run: take it into the next one',
    ),
    ...those(
      'host.handed-over',
      ({handedOver}) =>
        handedOver === undefined ? undefined : `handed to ${handedOver.owner}: ${handedOver.reason}`,
      'its owner looks at it; this run does not wait for it',
    ),
    ...[...run.run.blocked].map(([patch, reason]) => ({
      code: 'version.blocked',
      what: `${patchName(patch)} is blocked: ${reason}`,
      next: 'wait for its next version, or unblock it (U on Prioritize) when its fault is understood',
      hosts: [],
      severity,
    })),
  ];
};
