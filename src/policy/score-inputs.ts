import type {Urgency} from '../model/changelog.ts';
import type {EpssScores} from '../advisories/epss.ts';
import type {Finding} from '../model/advisory.ts';
import type {Host} from '../model/host.ts';
import type {Patch} from '../model/patch.ts';
import type {DraftPatch} from './group.ts';

/** CVE ids, where they came from and how urgent its maintainer finds them; or why there are none to show. */
export type CveAnswer = {cves: string[]; source: string; urgency?: Urgency} | {missing: string};

/** What feeds say of the vulnerabilities that a patch closes. */
export type Threat = {
  findings: readonly Finding[];
  epss: EpssScores;
  /** Why nothing is known of severities, or not of all: there are no records, or old ones. */
  recordsMissing: string | undefined;
  /** Age of the oldest data it rests on, in words. */
  age: string | undefined;
};

/** What a score rests on. */
export type ScoreInputs = {
  /** Those that have the patch pending. */
  hosts: readonly Host[];
  cves: CveAnswer;
  exploited: Patch['exploited'];
  /** Why it is not known what is exploited. */
  kevMissing: string | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** What feeds say; absent where nobody asked them. */
  threat?: Threat | undefined;
};

export const repositoryAdvisories = 'advisories of the repository';

/** Sources that name everything an update fixes: a changelog that reaches back, the distribution's own records and advisories. */
export const namesAll = (source: string): boolean =>
  source === 'changelog' || source === repositoryAdvisories || source.startsWith('records');

/** From no distribution, and nothing known of what it fixes: that its vendor names no CVE does not mean that there is none. */
export const isUncovered = (draft: DraftPatch, cves: CveAnswer): boolean =>
  draft.security !== true &&
  draft.notInstalled.some(({why}) => why === 'third-party') &&
  ('missing' in cves || cves.cves.length === 0);
