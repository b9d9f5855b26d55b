import type {Decision} from '../../src/model/policy.ts';
import type {Patch} from '../../src/model/patch.ts';
import type {ConsoleState} from '../console-state.ts';
import {keep} from '../keep.ts';

/** By when a patch has to be installed: days left (negative: overdue), and who wants it. */
export type Due = {days: number; why: string};

const dayMs = 86_400_000;
const kept = keep<ReadonlyMap<string, NonNullable<Decision['patches'][number]['deadline']>>>();

/** The earliest of what the policy that the run was decided by wants, and of what the catalogue of exploited vulnerabilities names. */
export const dueOf = (patch: Patch, state: ConsoleState): Due | undefined => {
  const decision = decisionNow(state);
  const deadlines = kept(
    [decision],
    () =>
      new Map(
        decision?.patches.flatMap(item =>
          item.deadline === undefined ? [] : [[item.patch, item.deadline] as const],
        ),
      ),
  );
  const deadline = deadlines.get(patch.id);
  const dates = [
    ...patch.exploited.map(({cve, due}) => ({at: Date.parse(due), why: `${cve}: due by CISA`})),
    ...(deadline === undefined
      ? []
      : [{at: Date.parse(deadline.by), why: `policy ${decision?.policy ?? ''}: ${deadline.why}`}]),
  ].filter(({at}) => !Number.isNaN(at));
  const [soonest] = dates.sort((a, b) => a.at - b.at);
  if (soonest === undefined) return undefined;
  return {days: Math.ceil((soonest.at - state.now) / dayMs), why: soonest.why};
};

/** What a policy decided on the ranking that is shown: of one made anew nobody has decided yet. */
export const decisionNow = (state: ConsoleState): Decision | undefined => {
  const {file} = state.engine.run?.run.decision ?? {};
  return state.decision?.digest === file ? state.decision?.value : undefined;
};

export const dueWord = (due: Due | undefined): string => {
  if (due === undefined) return '-';
  return due.days < 0 ? 'overdue' : `${due.days} d`;
};
