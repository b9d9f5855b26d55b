import {createBreather} from '../advisories/breather.ts';
import {createCollector} from '../advisories/collect-packages.ts';
import {ecosystemOf} from '../advisories/ecosystem.ts';
import type {Epss} from '../advisories/epss.ts';
import {feedSentences, loadEpss, oldestAge, type Knowledge} from '../advisories/knowledge.ts';
import {loadAdvisories} from '../advisories/load-advisories.ts';
import {closedBy, match} from '../advisories/match.ts';
import {severities, type Findings} from '../model/advisory.ts';
import type {OpenHole, Ranking} from '../model/patch.ts';
import {scanSchema, type Scan} from '../model/scan.ts';
import type {DraftPatch} from '../policy/group.ts';
import type {CveAnswer, Threat} from '../policy/score-inputs.ts';
import {readDocument, type RunContext} from '../rollout/context.ts';

/** Most of what stays open that a ranking lists; the file of findings has all. */
const mostOpen = 2000;

export type Holes = {
  findings: Findings;
  /** By the records of the distribution: undefined where they do not speak of all hosts of the patch, and its changelog has to. */
  answerOf: (draft: DraftPatch) => CveAnswer | undefined;
  /** Reads scores for these ids; then what feeds say of a patch. */
  threats: (answers: ReadonlyMap<string, CveAnswer>) => Promise<(id: string) => Threat>;
  /** What a ranking says of feeds. */
  about: () => Promise<Partial<Ranking>>;
  feedInputs: string[];
};

/**
 * Matches the scans of the run with the kept feeds, scan by scan: with thousands of hosts only one is held whole. Gives the scans
 * with no more of the installed packages than what is pending or asked for.
 */
export const findHoles = async (
  context: RunContext,
  files: readonly string[],
  knowledge: Knowledge,
): Promise<{scans: Scan[]; holes: Holes}> => {
  const collector = createCollector();
  const breathe = createBreather();
  const scans: Scan[] = [];
  for (const file of files) {
    const scan = await readDocument(context, file, scanSchema);
    collector.add(scan);
    const pending = new Set(scan.updates.map(({name}) => name));
    scans.push({...scan, installed: scan.installed.filter(({name}) => pending.has(name))});
    await breathe();
  }
  const hasRecords = knowledge.feeds.some(({kind}) => kind === 'advisories');
  const index = await loadAdvisories(knowledge.directory, knowledge.feeds, collector.collected);
  const findings = await match(collector.collected, index);
  const isKnown = new Set(
    scans.filter(({facts}) => index.ecosystems.has(ecosystemOf(facts.os) ?? '')).map(({host}) => host),
  );
  const unknown = new Set(findings.unknownReleases.flatMap(({hosts}) => hosts));
  const covers = (draft: DraftPatch): boolean =>
    hasRecords &&
    draft.hosts.every(host => isKnown.has(host) && !unknown.has(host)) &&
    draft.notInstalled.every(({why}) => why !== 'third-party');
  return {
    scans,
    holes: {
      findings,
      answerOf: draft => {
        if (!covers(draft)) return undefined;
        const cves = closedBy(findings, draft).map(({cve}) => cve);
        // An update of the security archive that closes nothing known is newer than the records.
        return draft.security && cves.length === 0
          ? undefined
          : {cves: cves.filter(cve => cve.startsWith('CVE-')), source: 'records of the distribution'};
      },
      threats: answers => threatsOf(answers, findings, knowledge, hasRecords, context.now()),
      about: async () => ({
        feeds: Object.fromEntries(knowledge.feeds.map(({name, digest}) => [name, digest])),
        ...(hasRecords ? {findings: await context.put(findings)} : {}),
        ...openHoles(findings),
        uncovered: uncoveredWords(findings, hasRecords),
      }),
      feedInputs: [...feedSentences(knowledge, context.now()), ...index.damaged],
    },
  };
};

const threatsOf = async (
  answers: ReadonlyMap<string, CveAnswer>,
  findings: Findings,
  knowledge: Knowledge,
  hasRecords: boolean,
  now: number,
): Promise<(id: string) => Threat> => {
  const wanted = new Set([...answers.values()].flatMap(answer => ('cves' in answer ? answer.cves : [])));
  const epss: ReadonlyMap<string, Epss> | {missing: string} = await loadEpss(knowledge, wanted);
  const recordsMissing = hasRecords ? undefined : 'no feed of records is kept';
  const age = oldestAge(
    knowledge.feeds.filter(({kind}) => kind !== 'kev'),
    now,
  );
  const bySource = (id: string): {source: string; version: string} => {
    const [, source = '', version = ''] = /^[a-z]+:([^@]+)@(.*)$/.exec(id) ?? [];
    return {source, version};
  };
  return id => ({findings: closedBy(findings, bySource(id)), epss, recordsMissing, age});
};

const openHoles = ({groups}: Findings): {open: OpenHole[]; openCount: number} => {
  const found = new Map<string, OpenHole>();
  for (const {source, hosts, findings} of groups) {
    for (const {cve, state, severity, fixed, reintroduced} of findings) {
      if (state === 'fix-pending') continue;
      const key = `${cve}|${source}|${state}|${fixed ?? ''}`;
      const known = found.get(key);
      if (known !== undefined) known.hosts.push(...hosts);
      else {
        found.set(key, {
          cve,
          source,
          state,
          fixed,
          hosts: [...hosts],
          ...(severity === undefined ? {} : {severity}),
          ...(reintroduced === undefined ? {} : {reintroduced}),
        });
      }
    }
  }
  // Not judged stands with medium: unknown is not low.
  const weight = ({severity}: OpenHole): number => severities.indexOf(severity ?? 'medium');
  const all = [...found.values()].sort(
    (a, b) => weight(a) - weight(b) || b.hosts.length - a.hosts.length || (a.cve < b.cve ? -1 : 1),
  );
  return {open: all.slice(0, mostOpen), openCount: all.length};
};

const uncoveredWords = ({unknownReleases, uncovered}: Findings, hasRecords: boolean): string[] => [
  ...(hasRecords
    ? unknownReleases.map(({ecosystem, hosts}) => `no feed has records of ${ecosystem}: ${named(hosts)}`)
    : []),
  ...uncovered.map(({source, hosts}) => `${source} is of a third party, no feed covers it: ${named(hosts)}`),
];

const named = (hosts: readonly string[]): string =>
  `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;
