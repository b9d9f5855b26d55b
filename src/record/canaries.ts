import {criticalities} from '../model/host.ts';
import type {HostRecord} from './state.ts';
import {isCanary} from './wave-of.ts';

/** The planned hosts that are flagged as canaries; where none is, the least critical one. One that others stand behind only where there is no other. */
export const pickCanaries = (planned: readonly HostRecord[]): string[] => {
  const flagged = planned.filter(isCanary);
  if (flagged.length > 0) return flagged.map(record => record.host.name);
  // An unstated criticality is no low one: it comes after all that are stated.
  const rank = ({host}: HostRecord): number =>
    host.criticality === undefined ? criticalities.length : criticalities.indexOf(host.criticality);
  const [first] = [...planned].sort(
    (a, b) =>
      (a.goesLast?.place ?? 0) - (b.goesLast?.place ?? 0) || rank(a) - rank(b) || a.host.wave - b.host.wave,
  );
  return first === undefined ? [] : [first.host.name];
};
