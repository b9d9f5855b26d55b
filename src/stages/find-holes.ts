import {createBreather} from '../advisories/breather.ts';
import {createCollector} from '../advisories/collect-packages.ts';
import {ecosystemOf, managerOfRelease} from '../advisories/ecosystem.ts';
import {recordedSource} from '../advisories/kernel-package.ts';
import {feedSentences, loadEpss, oldestAge, type Knowledge} from '../advisories/knowledge.ts';
import {dataOf, tooOld} from '../advisories/freshness.ts';
import {loadAdvisories, type AdvisoryIndex} from '../advisories/load-advisories.ts';
import {closedBy, match} from '../advisories/match.ts';
import type {Findings} from '../model/advisory.ts';
import type {Ranking} from '../model/patch.ts';
import {scanSchema, type Scan} from '../model/scan.ts';
import type {DraftPatch} from '../policy/group.ts';
import {findingsOfRepository} from '../policy/repository-answer.ts';
import type {CveAnswer, Threat} from '../policy/score-inputs.ts';
import {readDocument, type RunContext} from '../rollout/context.ts';
import {closingHoles, openHoles} from './open-holes.ts';

export type Holes = {
  /** By the records of the distribution: undefined where they do not speak of all hosts of the patch, and its changelog has to. */
  answerOf: (draft: DraftPatch) => CveAnswer | undefined;
  /** What records name for a patch, whether or not that is all. */
  hitsOf: (draft: DraftPatch) => string[];
  /** Reads the scores of what these answers name and of what stays open; then says what is known. */
  assess: (drafts: readonly DraftPatch[], answers: ReadonlyMap<string, CveAnswer>) => Promise<Assessment>;
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
  context: Pick<RunContext, 'read' | 'put' | 'now'>,
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
  const missingFor = recordsMissing(scans, index, hasRecords, context.now());
  const hitsOf = (draft: DraftPatch): string[] =>
    closedBy(findings, draft)
      .map(({cve}) => cve)
      .filter(cve => cve.startsWith('CVE-'));
  const covers = (draft: DraftPatch): boolean =>
    missingFor(draft) === undefined &&
    draft.hosts.every(host => isJudged(draft, host)) &&
    draft.notInstalled.every(({why}) => why !== 'third-party');
  return {
    scans,
    holes: {
      answerOf: draft => {
        if (!covers(draft)) return undefined;
        const isNothing = closedBy(findings, draft).length === 0;
        // An update of the security archive that closes nothing known is newer than the records.
        return draft.security && isNothing
          ? undefined
          : {cves: hitsOf(draft), source: 'records of the distribution'};
      },
      hitsOf,
      assess: async (drafts, answers) => {
        const cves = new Set([...answers.values()].flatMap(answer => ('cves' in answer ? answer.cves : [])));
        const {kev} = knowledge;
        const epss = await loadEpss(knowledge, new Set([...cves, ...openCves(findings)]), context.now());
        const threat = {kev, epss};
        const used = [...index.used, ...epss.used];
        const age = oldestAge(used, context.now());
        const byId = new Map(drafts.map(draft => [draft.id, draft]));
        return {
          threatOf: id => {
            const draft = byId.get(id);
            return {
              findings:
                draft === undefined ? [] : [...closedBy(findings, draft), ...findingsOfRepository(draft)],
              epss,
              recordsMissing: draft === undefined ? undefined : missingFor(draft),
              age,
            };
          },
          about: {
            feeds: {
              ...Object.fromEntries(used.map(({name, digest}) => [name, digest])),
              ...('entries' in kev ? {kev: kev.digest} : {}),
            },
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

/** Why records do not say all of a patch: there are none, or the newest of some host's release are too old. */
const recordsMissing = (
  scans: readonly Scan[],
  {newest}: AdvisoryIndex,
  hasRecords: boolean,
  now: number,
): ((draft: DraftPatch) => string | undefined) => {
  if (!hasRecords) return () => 'no feed of records is kept';
  const byHost = new Map(
    scans.map(({host, facts}) => {
      const meta = newest.get(ecosystemOf(facts.os) ?? '');
      return [host, meta === undefined ? undefined : tooOld('advisories', meta.name, dataOf(meta), now)];
    }),
  );
  return ({hosts}) => hosts.map(host => byHost.get(host)).find(why => why !== undefined);
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
