import type {Kev} from '../advisories/kev.ts';
import {cleanLine} from '../model/clean.ts';
import type {Host} from '../model/host.ts';
import type {Patch, Ranking} from '../model/patch.ts';
import type {DraftPatch} from './group.ts';
import {mostWithoutHole, scorePatch} from './score.ts';
import {namesAll, repositoryAdvisories, type CveAnswer, type Threat} from './score-inputs.ts';

export type {CveAnswer} from './score-inputs.ts';

/** What is known besides the drafts. */
export type RankFacts = {
  hosts: readonly Host[];
  kev: Kev;
  cvesOf: (id: string) => CveAnswer;
  /** Patch ids that are never to be installed again, with the reason. */
  blocked: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  now: number;
  /** What feeds say of a patch, and a sentence on the age of each feed. */
  threatOf?: (id: string) => Threat;
  feedInputs?: readonly string[];
};

/**
 * Ranks patches by score, most urgent first. What has no score stands above everything of which is known that it closes no hole:
 * unknown never counts as low. Blocked patches keep their place, say so, and are `excluded` on every host. The same facts give the
 * same ranking.
 */
export const rankPatches = (drafts: readonly DraftPatch[], facts: RankFacts): Ranking => {
  const byName = new Map(facts.hosts.map(host => [host.name, host]));
  const patches = drafts.map(draft => rankPatch(draft, facts, byName));
  return {
    v: 1,
    at: new Date(facts.now).toISOString(),
    inputs: [
      'entries' in facts.kev ? facts.kev.input : facts.kev.missing,
      changelogInput(patches),
      ...(facts.feedInputs ?? []),
    ],
    patches: patches.sort(byRank),
  };
};

const rankPatch = (draft: DraftPatch, facts: RankFacts, byName: ReadonlyMap<string, Host>): Patch => {
  const {kev, now} = facts;
  const cves = facts.cvesOf(draft.id);
  const ids = 'cves' in cves ? cves.cves : [];
  const exploited = ids.flatMap(cve => {
    const entry = 'entries' in kev ? kev.entries.get(cve) : undefined;
    return entry === undefined ? [] : [{cve, ...entry}];
  });
  const hosts = draft.hosts.flatMap(name => byName.get(name) ?? []);
  const kevMissing = 'missing' in kev ? kev.missing : kev.stale;
  const threat = facts.threatOf?.(draft.id);
  const {score, why, missing, rating} = scorePatch(draft, {hosts, cves, exploited, kevMissing, now, threat});
  const blocked = facts.blocked.get(draft.id);
  const ranked = {
    ...draft,
    cves: ids,
    cveSource: 'cves' in cves ? cves.source : cves.missing,
    exploited,
    score,
    missing,
    ...(rating === undefined ? {} : {rating}),
  };
  if (blocked === undefined) return {...ranked, why};
  return {
    ...ranked,
    why: `blocked (${cleanLine(blocked, 100)}), ${why}`,
    notInstalled: draft.hosts.map(host => ({host, why: 'excluded'})),
  };
};

const byRank = (a: Patch, b: Patch): number =>
  (b.score ?? mostWithoutHole + 0.5) - (a.score ?? mostWithoutHole + 0.5) ||
  b.hosts.length - a.hosts.length ||
  (a.id < b.id ? -1 : 1);

const changelogInput = (patches: readonly Patch[]): string => {
  const read = patches.filter(patch => patch.cveSource === 'changelog').length;
  const advised = patches.filter(({cveSource}) => cveSource === repositoryAdvisories).length;
  const recorded = patches.filter(({cveSource}) => namesAll(cveSource)).length - read - advised;
  const more = (count: number, what: string): string => (count === 0 ? '' : `, ${what} for ${count}`);
  return `CVE ids: changelogs of ${read} of ${patches.length} patches, read on the hosts${more(recorded, 'records of the distribution')}${more(advised, repositoryAdvisories)}`;
};
