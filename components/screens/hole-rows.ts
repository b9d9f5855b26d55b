import {severities, type Severity} from '../../src/model/advisory.ts';
import type {OpenHole, Patch, Ranking} from '../../src/model/patch.ts';
import type {HostRecord} from '../../src/record/state.ts';
import type {ConsoleState} from '../console-state.ts';
import {keep} from '../keep.ts';
import {hostsTaking} from '../what-if.ts';

/** One vulnerability: what closes it, and where nothing does. */
export type CveRow = {
  cve: string;
  severity: Severity | undefined;
  epss: number | undefined;
  exploited: {since: string; due: string; ransomware: boolean} | undefined;
  /** Pending patches that close it, on `closes` hosts. */
  patches: readonly Patch[];
  closes: number;
  /** Where no update does. Of several packages it is not known whether their hosts are the same: `open` is then the least there can be. */
  holes: readonly OpenHole[];
  open: number;
};

/** One host: what its pending updates close, and what stays. */
export type HostRow = {
  record: HostRecord;
  /** Pending patches that close something. */
  patches: readonly Patch[];
  cves: ReadonlySet<string>;
  /** Of `cves`, those that are exploited. */
  exploited: ReadonlySet<string>;
  /** What no update closes; undefined: no records speak of the host. */
  stays: {open: number; exploited: number} | undefined;
};

const keptCves = keep<ReadonlyMap<string, CveRow>>();
const keptParts = keep<ReadonlyMap<string, Parts>>();
const keptHosts = keep<ReadonlyMap<string, HostRow>>();

/** What the ranking knows of a host. */
type Parts = Pick<HostRow, 'patches' | 'cves' | 'exploited'>;

/** Exploited ones first, then by severity and likelihood. */
export const cveRows = (state: ConsoleState): ReadonlyMap<string, CveRow> => {
  const ranking = state.ranking?.value;
  return keptCves([ranking], () => (ranking === undefined ? new Map() : makeCveRows(ranking)));
};

/** Every host that takes part, in the order of the inventory. */
export const hostRows = (state: ConsoleState): ReadonlyMap<string, HostRow> => {
  const ranking = state.ranking?.value;
  const {run} = state.engine;
  return keptHosts([ranking, run?.hosts, state.version], () =>
    ranking === undefined || run === undefined
      ? new Map()
      : makeHostRows(ranking, [...run.hosts.values()].filter(isMember)),
  );
};

/** Patches of these that can be chosen somewhere. */
export const closable = (patches: readonly Patch[]): Patch[] =>
  patches.filter(patch => hostsTaking(patch).length > 0);

const isMember = (record: HostRecord): boolean => record.leftOut === undefined;

const makeCveRows = (ranking: Ranking): Map<string, CveRow> => {
  const patches = new Map<string, Patch[]>();
  for (const patch of ranking.patches) for (const cve of patch.cves) append(patches, cve, patch);
  const holes = Map.groupBy(ranking.open ?? [], ({cve}) => cve);
  const closing = new Map((ranking.closing ?? []).map(item => [item.cve, item]));
  const rows = [...new Set([...patches.keys(), ...holes.keys()])].map((cve): CveRow => {
    const closedBy = patches.get(cve) ?? [];
    const open = holes.get(cve) ?? [];
    const told = closing.get(cve);
    const listed = closedBy.flatMap(({exploited}) => exploited.filter(item => item.cve === cve))[0];
    const judged = [told?.severity, ...open.map(({severity}) => severity)];
    return {
      cve,
      severity: severities.find(level => judged.includes(level)),
      epss: told?.epss ?? open.find(({epss}) => epss !== undefined)?.epss,
      exploited: listed ?? open.find(({exploited}) => exploited !== undefined)?.exploited,
      patches: closedBy,
      closes:
        closedBy.length === 1
          ? (closedBy[0]?.hosts.length ?? 0)
          : new Set(closedBy.flatMap(({hosts}) => hosts)).size,
      holes: open,
      open: Math.max(0, ...open.map(({hosts, hostCount}) => hostCount ?? hosts.length)),
    };
  });
  return new Map(rows.sort(worstFirst).map(row => [row.cve, row]));
};

const worstFirst = (a: CveRow, b: CveRow): number =>
  badness(a) - badness(b) ||
  (b.epss ?? 0) - (a.epss ?? 0) ||
  b.closes + b.open - (a.closes + a.open) ||
  (a.cve < b.cve ? -1 : 1);

/** Exploited before all; not judged stands with medium. */
export const badness = ({exploited, severity}: Pick<CveRow, 'exploited' | 'severity'>): number =>
  exploited === undefined ? 1 + severities.indexOf(severity ?? 'medium') : 0;

const makeHostRows = (ranking: Ranking, records: readonly HostRecord[]): Map<string, HostRow> => {
  const parts = keptParts([ranking], () => partsByHost(ranking.patches));
  return new Map(
    records.map(record => {
      const {name} = record.host;
      return [name, {record, ...(parts.get(name) ?? nothing), stays: ranking.openOn?.[name]}];
    }),
  );
};

const nothing: Parts = {patches: [], cves: new Set(), exploited: new Set()};

/** Hosts with the same patches share what is put together from them: on a large fleet most do. */
const partsByHost = (patches: readonly Patch[]): Map<string, Parts> => {
  const pending = new Map<string, number[]>();
  for (const [at, {hosts, cves}] of patches.entries()) {
    if (cves.length > 0) for (const host of hosts) append(pending, host, at);
  }
  const shared = new Map<string, Parts>();
  const found = new Map<string, Parts>();
  for (const [host, places] of pending) {
    const key = places.join();
    const parts = shared.get(key) ?? partsOf(places.flatMap(at => patches[at] ?? []));
    shared.set(key, parts);
    found.set(host, parts);
  }
  return found;
};

const partsOf = (patches: readonly Patch[]): Parts => ({
  patches,
  cves: new Set(patches.flatMap(({cves}) => cves)),
  exploited: new Set(patches.flatMap(({exploited}) => exploited.map(({cve}) => cve))),
});

const append = <Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};
