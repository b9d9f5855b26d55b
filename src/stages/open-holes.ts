import {createBreather} from '../advisories/breather.ts';
import type {EpssScores} from '../advisories/epss.ts';
import type {Kev} from '../advisories/kev.ts';
import {severities, type Finding, type FindingGroup, type Findings} from '../model/advisory.ts';
import type {OpenHole, Ranking} from '../model/patch.ts';

/** Most of what stays open that a ranking lists; the file of findings has all. */
const mostOpen = 2000;
/** Hosts of a hole that are named in the ranking: with all names it would be too large for the console to read in one go. */
const mostNamed = 6;

/** What is known of a vulnerability besides the records. */
export type HoleThreat = {kev: Kev; epss: EpssScores};

type OpenOn = NonNullable<Ranking['openOn']>;

/**
 * What no pending update closes, the worst first: exploited, then by severity, likelihood and hosts. `known`: hosts of which records
 * speak. Lets others of the thread have their turn.
 */
export const openHoles = async (
  {groups}: Findings,
  known: Iterable<string>,
  threat: HoleThreat,
): Promise<{open: OpenHole[]; openCount: number; openOn: OpenOn}> => {
  const breathe = createBreather();
  const openOn: OpenOn = {};
  for (const host of known) openOn[host] = {open: 0, exploited: 0};
  const all: OpenHole[] = [];
  for (const [source, members] of Map.groupBy(groups, group => group.source)) {
    const holes = holesOf(source, members, threat);
    all.push(...holes.map(({hole}) => hole));
    countOnHosts(holes, members, openOn);
    await breathe();
  }
  all.sort(worstFirst);
  return {open: all.slice(0, mostOpen), openCount: all.length, openOn};
};

/** What is known of each of these vulnerabilities, which pending updates close; the worst severity of several. */
export const closingHoles = (
  cves: ReadonlySet<string>,
  {groups}: Findings,
  {epss}: HoleThreat,
): NonNullable<Ranking['closing']> => {
  const judged = new Map<string, NonNullable<Finding['severity']>>();
  for (const {findings} of groups) {
    for (const {cve, state, severity} of findings) {
      if (state !== 'fix-pending' || severity === undefined || !cves.has(cve)) continue;
      const other = judged.get(cve);
      if (other === undefined || severities.indexOf(severity) < severities.indexOf(other))
        judged.set(cve, severity);
    }
  }
  return [...cves].sort().map(cve => {
    const severity = judged.get(cve);
    return {cve, ...(severity === undefined ? {} : {severity}), ...likelihood(cve, epss)};
  });
};

/** One hole with the places in `members` of the groups that have it. */
type Placed = {hole: OpenHole; at: number[]};

const holesOf = (source: string, members: readonly FindingGroup[], threat: HoleThreat): Placed[] => {
  const found = new Map<string, {finding: Finding; at: number[]}>();
  for (const [place, {findings}] of members.entries()) {
    for (const finding of findings) {
      if (finding.state === 'fix-pending') continue;
      const key = `${finding.cve}|${finding.state}|${finding.fixed ?? ''}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, {finding, at: [place]});
      else known.at.push(place);
    }
  }
  const hostsAt = hostsOfPlaces(members);
  return [...found.values()].map(({finding, at}) => {
    const hosts = hostsAt(at);
    return {at, hole: {...holeOf(source, finding, threat), ...hosts}};
  });
};

/** Hosts of several groups, each once. Most holes of a package are in the same groups: these are put together once. */
const hostsOfPlaces = (
  members: readonly FindingGroup[],
): ((at: readonly number[]) => {hosts: string[]; hostCount: number}) => {
  const kept = new Map<string, {hosts: string[]; hostCount: number}>();
  return at => {
    const key = at.join();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const all = new Set(at.flatMap(place => members[place]?.hosts ?? []));
    const made = {hosts: [...all].slice(0, mostNamed), hostCount: all.size};
    kept.set(key, made);
    return made;
  };
};

const holeOf = (
  source: string,
  {cve, state, fixed, severity, reintroduced}: Finding,
  {kev, epss}: HoleThreat,
): Omit<OpenHole, 'hosts'> => {
  const exploited = 'entries' in kev ? kev.entries.get(cve) : undefined;
  return {
    cve,
    source,
    state,
    fixed,
    ...(severity === undefined ? {} : {severity}),
    ...(reintroduced === undefined ? {} : {reintroduced}),
    ...(exploited === undefined ? {} : {exploited: {...exploited}}),
    ...likelihood(cve, epss),
  };
};

const likelihood = (cve: string, epss: HoleThreat['epss']): {epss?: number} => {
  const score = epss.scores.get(cve)?.probability;
  return score === undefined ? {} : {epss: score};
};

/** A host that has a source in two versions has a vulnerability of it once. */
const countOnHosts = (holes: readonly Placed[], members: readonly FindingGroup[], openOn: OpenOn): void => {
  const open = members.map(() => new Set<string>());
  const exploited = members.map(() => new Set<string>());
  for (const {hole, at} of holes) {
    for (const place of at) {
      open[place]?.add(hole.cve);
      if (hole.exploited !== undefined) exploited[place]?.add(hole.cve);
    }
  }
  const placesOf = new Map<string, number[]>();
  for (const [place, {hosts}] of members.entries()) {
    for (const host of hosts) {
      const places = placesOf.get(host);
      if (places === undefined) placesOf.set(host, [place]);
      else places.push(place);
    }
  }
  const amount = (sets: readonly Set<string>[], places: readonly number[]): number =>
    places.length === 1
      ? (sets[places[0] ?? 0]?.size ?? 0)
      : new Set(places.flatMap(place => [...(sets[place] ?? [])])).size;
  for (const [host, places] of placesOf) {
    const entry = (openOn[host] ??= {open: 0, exploited: 0});
    entry.open += amount(open, places);
    entry.exploited += amount(exploited, places);
  }
};

const worstFirst = (a: OpenHole, b: OpenHole): number =>
  Number(b.exploited !== undefined) - Number(a.exploited !== undefined) ||
  weight(a) - weight(b) ||
  (b.epss ?? 0) - (a.epss ?? 0) ||
  (b.hostCount ?? 0) - (a.hostCount ?? 0) ||
  (a.cve < b.cve ? -1 : a.cve > b.cve ? 1 : a.source < b.source ? -1 : 1);

/** Not judged stands with medium: unknown is not low. */
const weight = ({severity}: OpenHole): number => severities.indexOf(severity ?? 'medium');
