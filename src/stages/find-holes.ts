import {createBreather} from '../advisories/breather.ts';
import {createCollector} from '../advisories/collect-packages.ts';
import {ecosystemOf, managerOfRelease} from '../advisories/ecosystem.ts';
import {recordedSource} from '../advisories/kernel-package.ts';
import {feedSentences, loadEpss, oldestAge, type Knowledge} from '../advisories/knowledge.ts';
import {loadAdvisories} from '../advisories/load-advisories.ts';
import {closedBy, match} from '../advisories/match.ts';
import type {Findings} from '../model/advisory.ts';
import {parsePatchId, type Ranking} from '../model/patch.ts';
import {scanSchema, type Scan} from '../model/scan.ts';
import type {DraftPatch} from '../policy/group.ts';
import type {CveAnswer, Threat} from '../policy/score-inputs.ts';
import {readDocument, type RunContext} from '../rollout/context.ts';
import {closingHoles, openHoles} from './open-holes.ts';

export type Holes = {
  /** By the records of the distribution: undefined where they do not speak of all hosts of the patch, and its changelog has to. */
  answerOf: (draft: DraftPatch) => CveAnswer | undefined;
  /** Reads the scores of what these answers name and of what stays open; then says what is known. */
  assess: (answers: ReadonlyMap<string, CveAnswer>) => Promise<Assessment>;
  feedInputs: string[];
};

type Assessment = {
  /** What feeds say of a patch. */
  threatOf: (id: string) => Threat;
  /** What a ranking says of feeds, and of what they speak of. */
  about: Partial<Ranking>;
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
  const recorded = new Map(
    scans.flatMap(({host, facts}) => {
      const ecosystem = ecosystemOf(facts.os) ?? '';
      return index.ecosystems.has(ecosystem) || index.partly.has(ecosystem)
        ? [[host, managerOfRelease(ecosystem)] as const]
        : [];
    }),
  );
  for (const {hosts} of findings.unknownReleases) for (const host of hosts) recorded.delete(host);
  const notJudged = new Set(
    findings.unjudged.flatMap(({source, hosts}) => hosts.map(host => `${source}|${host}`)),
  );
  const isJudged = (draft: DraftPatch, host: string): boolean =>
    recorded.get(host) === draft.manager &&
    !notJudged.has(`${recordedSource(draft.source, draft.version).source}|${host}`);
  const covers = (draft: DraftPatch): boolean =>
    hasRecords &&
    draft.hosts.every(host => isJudged(draft, host)) &&
    draft.notInstalled.every(({why}) => why !== 'third-party');
  return {
    scans,
    holes: {
      answerOf: draft => {
        if (!covers(draft)) return undefined;
        const cves = closedBy(findings, draft).map(({cve}) => cve);
        // An update of the security archive that closes nothing known is newer than the records.
        return draft.security && cves.length === 0
          ? undefined
          : {cves: cves.filter(cve => cve.startsWith('CVE-')), source: 'records of the distribution'};
      },
      assess: async answers => {
        const cves = new Set([...answers.values()].flatMap(answer => ('cves' in answer ? answer.cves : [])));
        const epss = await loadEpss(knowledge, new Set([...cves, ...openCves(findings)]));
        const threat = {kev: knowledge.kev, epss};
        return {
          threatOf: threatOf(findings, epss, hasRecords ? undefined : 'no feed of records is kept', {
            knowledge,
            now: context.now(),
          }),
          about: {
            feeds: Object.fromEntries(knowledge.feeds.map(({name, digest}) => [name, digest])),
            ...(hasRecords ? {findings: await context.put(findings)} : {}),
            closing: closingHoles(cves, findings, threat),
            ...(await openHoles(findings, new Set(recorded.keys()), threat)),
            uncovered: uncoveredWords(findings, hasRecords),
          },
        };
      },
      feedInputs: [...feedSentences(knowledge, context.now()), ...index.damaged],
    },
  };
};

const openCves = ({groups}: Findings): Set<string> => {
  const found = new Set<string>();
  for (const {findings} of groups) {
    for (const {cve, state} of findings) if (state !== 'fix-pending') found.add(cve);
  }
  return found;
};

const threatOf = (
  findings: Findings,
  epss: Threat['epss'],
  recordsMissing: string | undefined,
  {knowledge, now}: {knowledge: Knowledge; now: number},
): Assessment['threatOf'] => {
  const age = oldestAge(
    knowledge.feeds.filter(({kind}) => kind !== 'kev'),
    now,
  );
  return id => {
    const patch = parsePatchId(id);
    return {findings: patch === undefined ? [] : closedBy(findings, patch), epss, recordsMissing, age};
  };
};

const uncoveredWords = ({unknownReleases, uncovered, unjudged}: Findings, hasRecords: boolean): string[] => [
  ...(hasRecords
    ? unknownReleases.map(({ecosystem, hosts}) => `no feed has records of ${ecosystem}: ${named(hosts)}`)
    : []),
  ...[...Map.groupBy(unjudged, ({why}) => why)].map(([why, items]) => {
    const packages = [...new Set(items.map(({source, version}) => `${source} ${version}`))];
    const hosts = [...new Set(items.flatMap(item => item.hosts))];
    return `not judged, as ${why}: ${named(packages)}; on ${named(hosts)}`;
  }),
  ...uncovered.map(({source, hosts}) => `${source} is of a third party, no feed covers it: ${named(hosts)}`),
];

const named = (hosts: readonly string[]): string =>
  `${hosts.slice(0, 5).join(', ')}${hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''}`;
