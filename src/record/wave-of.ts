import type {HostRecord} from './state.ts';

/** Waves of the inventory go up to this; those of hosts that go last and alone are counted on from here. */
const highest = 1000;

/** The wave a host is in. */
export const waveOf = ({host, goesLast}: HostRecord): number =>
  goesLast === undefined ? host.wave : highest + goesLast.place;

/** `wave 2`; `last 1` for one that goes after all others, alone. */
export const waveName = (wave: number): string =>
  wave > highest ? `last ${wave - highest}` : `wave ${wave}`;

/** Upgraded in the test stage. A host that others stand behind is no canary, whatever the inventory says. */
export const isCanary = ({host, goesLast}: HostRecord): boolean => host.canary && goesLast === undefined;

/** When a host has its turn: `canary`, `wave 2`, `last 1`. */
export const turnOf = (record: HostRecord): string =>
  isCanary(record) ? 'canary' : waveName(waveOf(record));
