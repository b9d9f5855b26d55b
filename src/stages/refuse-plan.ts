import {PatchdeckError} from '../model/error.ts';
import {nextStep, type NotInstalledClass, type Update} from '../model/package.ts';
import type {HostPlan} from '../model/plan.ts';
import type {HostRecord} from '../record/state.ts';

/** Why no plan was locked. */
export const refusal = (code: string, what: string, next: string): PatchdeckError =>
  new PatchdeckError('gate', code, `the plan was not locked: ${what}`, next);

/**
 * Of a host that was scanned shallowly nobody knows what there is to install, also where what is chosen does not seem to be pending: it
 * would drop out of the plan in silence.
 */
export const requireWholeScans = (
  taking: readonly HostRecord[],
  {
    chosen,
    only,
  }: {chosen: ReadonlySet<string>; only?: Readonly<Record<string, readonly string[]>> | undefined},
): void => {
  const isMeant = (host: string): boolean => [...chosen].some(id => only?.[id]?.includes(host) ?? true);
  const names = taking
    .filter(({scan, host}) => scan?.depth === 'shallow' && isMeant(host.name))
    .map(({host}) => host.name);
  if (names.length === 0) return;
  const shown = names.slice(0, 5).join(' ');
  throw refusal(
    'plan.shallow',
    `of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''} there is only a shallow scan: what would be changed there is not known`,
    `scan ${names.length === 1 ? 'it' : 'them'} whole (patchdeck scan ${shown}${names.length > 5 ? ' ...' : ''}) and rank again, or leave ${names.length === 1 ? 'it' : 'them'} out by name`,
  );
};

/** A patch that was chosen and that a host would not install. */
export type Kept = {id: string; host: string; manager: Update['manager']; why: NotInstalledClass};

/** `plans`: of all hosts. A patch that is in none of them would be missing in silence. */
export const requireTaken = (kept: readonly Kept[], plans: readonly HostPlan[]): void => {
  const taken = new Set(plans.flatMap(({patches}) => patches));
  const nowhere = kept.filter(({id}) => !taken.has(id));
  const [first] = nowhere;
  if (first === undefined) return;
  const reasons = nowhere
    .slice(0, 3)
    .map(({id, host, why}) => `${id} is ${why.replaceAll('-', ' ')} on ${host}`);
  throw refusal(
    'plan.kept',
    `no host would take all that is chosen: ${reasons.join('; ')}`,
    `choose without it, or: ${nextStep(first.why, first.manager)}`,
  );
};
