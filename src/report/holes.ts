import type {FindingGroup, Findings} from '../model/advisory.ts';
import type {HoleAnswer, HoleOnHost, HoleQuestion} from '../model/hole.ts';
import type {Patch, Ranking} from '../model/patch.ts';

/** What is known of a fleet's vulnerabilities. */
export type HoleSources = {
  ranking: Ranking;
  /** All that matching found; undefined: no feed of records was kept when it was ranked. */
  findings: Findings | undefined;
  /** Hosts of the run, those that were not scanned included. */
  hosts: readonly string[];
  /** Of these, the ones that were. */
  scanned: ReadonlySet<string>;
};

/**
 * Where a vulnerability is, or which ones a host has: by the records of the distribution and, where these do not speak, by the changelogs
 * of pending updates. Exploited ones first, then by name.
 */
export const holesWhere = (sources: HoleSources, question: HoleQuestion): HoleAnswer => {
  const exploited = exploitedIn(sources.ranking);
  const patches = patchesByPlace(sources.ranking.patches, question);
  const recorded = (sources.findings?.groups ?? []).flatMap(group => recordedHoles(group, question, patches));
  const seen = new Set(recorded.map(({host, cve}) => `${host}|${cve}`));
  const told = sources.ranking.patches
    .flatMap(patch => toldHoles(patch, question))
    .filter(({host, cve}) => !seen.has(`${host}|${cve}`));
  const holes = [...recorded, ...told].map(hole => ({...hole, exploited: exploited.has(hole.cve)}));
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    holes: holes.sort(
      (a, b) =>
        Number(b.exploited) - Number(a.exploited) ||
        order(a.cve, b.cve) ||
        order(a.host, b.host) ||
        order(a.source, b.source),
    ),
    unknown: unknownHosts(sources, question),
  };
};

type Told = Omit<HoleOnHost, 'exploited'>;

const meansHost = (question: HoleQuestion, host: string): boolean =>
  'cve' in question || question.host === host;
const meansCve = (question: HoleQuestion, cve: string): boolean => 'host' in question || question.cve === cve;

const recordedHoles = (
  {source, installed, hosts, findings}: FindingGroup,
  question: HoleQuestion,
  patches: ReadonlyMap<string, readonly Patch[]>,
): Told[] => {
  const there = hosts.filter(host => meansHost(question, host));
  if (there.length === 0) return [];
  return findings
    .filter(({cve}) => meansCve(question, cve))
    .flatMap(({cve, state, fixed, severity}) =>
      there.map(host => ({
        host,
        cve,
        source,
        installed,
        state,
        fixed,
        ...(severity === undefined ? {} : {severity}),
        ...(state === 'fix-pending' ? keptBack(closing(patches.get(`${host}|${cve}`), source), host) : {}),
      })),
    );
};

/** What a patch is known to close on the hosts where it is pending. */
const toldHoles = (patch: Patch, question: HoleQuestion): Told[] =>
  patch.hosts
    .filter(host => meansHost(question, host))
    .flatMap(host =>
      patch.cves
        .filter(cve => meansCve(question, cve))
        .map(cve => ({
          host,
          cve,
          source: patch.source,
          installed: null,
          state: 'fix-pending' as const,
          fixed: patch.version,
          ...keptBack(patch, host),
        })),
    );

const patchesByPlace = (patches: readonly Patch[], question: HoleQuestion): Map<string, Patch[]> => {
  const places = new Map<string, Patch[]>();
  for (const patch of patches) {
    for (const {host, cve} of toldHoles(patch, question)) {
      const key = `${host}|${cve}`;
      places.set(key, [...(places.get(key) ?? []), patch]);
    }
  }
  return places;
};

/** Records name a kernel by another source than its packages do. */
const closing = (patches: readonly Patch[] | undefined, source: string): Patch | undefined =>
  patches?.find(patch => patch.source === source) ?? patches?.[0];

const keptBack = (patch: Patch | undefined, host: string): Pick<Told, 'keptBack'> => {
  const why = patch?.notInstalled.find(item => item.host === host)?.why;
  return why === undefined ? {} : {keptBack: why};
};

/** The list of what stays open is cut after the exploited ones: these are all in it. */
const exploitedIn = ({patches, open = []}: Ranking): Set<string> =>
  new Set([
    ...patches.flatMap(({exploited}) => exploited.map(({cve}) => cve)),
    ...open.filter(({exploited}) => exploited !== undefined).map(({cve}) => cve),
  ]);

const unknownHosts = ({ranking, hosts, scanned}: HoleSources, question: HoleQuestion): string[] =>
  hosts
    .filter(host => meansHost(question, host))
    .filter(host => !scanned.has(host) || ranking.openOn?.[host] === undefined);
