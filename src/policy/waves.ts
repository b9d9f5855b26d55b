import type {HostRecord} from '../record/state.ts';
import {waveOf} from '../record/wave-of.ts';

/** Hosts by their wave, lowest number first, each wave in the order given; those that go last are each a wave of their own. */
export const waves = (records: readonly HostRecord[]): HostRecord[][] =>
  [...Map.groupBy(records, waveOf)].sort(([a], [b]) => a - b).map(([, wave]) => wave);

/**
 * False while another member of one of its one-at-a-time groups is being worked on. A host that others stand behind is worked on while no other is,
 * and no other while it is.
 */
export const mayRunTogether = (running: readonly HostRecord[], next: HostRecord): boolean => {
  if (running.length === 0) return true;
  if ([...running, next].some(({goesLast}) => goesLast !== undefined)) return false;
  return !next.host.oneAtATime.some(group => running.some(({host}) => host.oneAtATime.includes(group)));
};
