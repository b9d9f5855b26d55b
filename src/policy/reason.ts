import {cleanLine} from '../model/clean.ts';
import type {Host} from '../model/host.ts';
import type {Patch} from '../model/patch.ts';
import type {DraftPatch} from './group.ts';
import type {Rating} from '../model/patch.ts';
import {isUncovered, namesAll, type ScoreInputs} from './score-inputs.ts';

/** Why a patch ranks where it does, in one short sentence: `exploited (CVE-2026-1234, due 9 Dec), 3 hosts face the internet, 1 critical`. */
export const reasonOf = (draft: DraftPatch, inputs: ScoreInputs, rating?: Rating): string => {
  const {hosts, cves, exploited, kevMissing} = inputs;
  if (isUncovered(draft, cves)) {
    return `no feed covers it: from ${draft.origin === 'unknown' ? 'an unknown origin' : cleanLine(draft.origin, 60)}`;
  }
  return [
    ...holeWords(draft, inputs),
    ...ratingWords(rating),
    ...exposureWords(hosts),
    ...atLeastOne(
      amount(hosts, host => host.criticality === 'critical'),
      n => `${n} critical`,
    ),
    ...atLeastOne(
      amount(hosts, host => host.data === 'regulated'),
      () => 'regulated data',
    ),
    ...atLeastOne(
      amount(hosts, host => host.exposure === undefined || host.criticality === undefined),
      n => `risk of ${hostsWord(n)} not stated`,
    ),
    ...(draft.shallow === undefined ? [] : [`${hostsWord(draft.shallow.length)} scanned shallowly`]),
    ...(kevMissing === undefined || exploited.length > 0 ? [] : ['exploited or not: unknown']),
    ...unknownWords(rating),
  ].join(', ');
};

/** What the reason could not take into account, each named: unknown is said. */
export const missingInputs = (draft: DraftPatch, inputs: ScoreInputs, rating?: Rating): string[] => {
  const {hosts, cves, kevMissing} = inputs;
  const unstated = (what: 'exposure' | 'criticality' | 'data', highest: string): string[] => {
    const names = hosts.filter(host => host[what] === undefined).map(host => host.name);
    // Once one host has the highest, the others could not add to it.
    if (names.length === 0 || hosts.some(host => host[what] === highest)) return [];
    return [`${what} of ${someOf(names)} is not stated`];
  };
  return [
    ...('missing' in cves ? [`CVEs: ${cves.missing}`] : []),
    ...('cves' in cves && !namesAll(cves.source) ? [`CVEs: more than those of the ${cves.source}`] : []),
    ...(kevMissing === undefined ? [] : [`exploited: ${kevMissing}`]),
    ...(kevMissing === undefined && 'missing' in cves
      ? ['exploited: cannot be looked up without CVE ids']
      : []),
    ...(draft.security === null ? [whetherSecurity(draft)] : []),
    ...(rating?.unknown ?? []),
    ...(draft.shallow === undefined
      ? []
      : [`what is newer on ${someOf(draft.shallow)}: only scanned shallowly`]),
    ...(isUncovered(draft, cves) ? ['no feed covers third-party packages'] : []),
    ...unstated('exposure', 'internet'),
    ...unstated('criticality', 'critical'),
    ...unstated('data', 'regulated'),
  ];
};

const whetherSecurity = ({origin}: DraftPatch): string =>
  origin === 'unknown'
    ? 'whether it comes from the security archive'
    : 'whether it is a security fix: its repository has no advisories';

const someOf = (names: readonly string[]): string =>
  `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;

const holeWords = (draft: DraftPatch, {cves, exploited, now}: ScoreInputs): string[] => {
  const known = 'cves' in cves ? cves.cves.length : undefined;
  const count =
    known === undefined ? ['CVEs unknown'] : atLeastOne(known, n => `${n} CVE${n === 1 ? '' : 's'}`);
  const [first] = [...exploited].sort((a, b) => (a.due < b.due ? -1 : 1));
  if (first !== undefined) {
    const others = exploited.length > 1 ? ` and ${exploited.length - 1} more` : '';
    const ransomware = exploited.some(entry => entry.ransomware) ? ', by ransomware' : '';
    const counted = known === exploited.length ? [] : count;
    return [`exploited (${first.cve}${others}${dueWords(first, now)}${ransomware})`, ...counted];
  }
  if (draft.security) return ['security fix', ...count];
  if (draft.security === null) return ['security fix or not: unknown', ...count];
  return known === 0 ? ['no security fix known'] : count;
};

const ratingWords = (rating: Rating | undefined): string[] => [
  ...(rating?.severity === undefined || rating.severity === null ? [] : [`severity ${rating.severity}`]),
  ...(rating?.cvss === undefined || rating.cvss === null ? [] : [`CVSS ${rating.cvss.score.toFixed(1)}`]),
  ...(rating?.epss === undefined || rating.epss === null ? [] : [`EPSS ${percent(rating.epss.probability)}`]),
  ...(rating === undefined || rating.ssvc.decision === 'track' ? [] : [`SSVC ${rating.ssvc.decision}`]),
];

/** What is missing by name only: why it is stands in `missing`. */
const unknownWords = (rating: Rating | undefined): string[] => {
  const names = (rating?.unknown ?? []).map(text => text.split(':')[0] ?? '');
  return [
    ...(names.length === 0 ? [] : [`unknown: ${names.join(' and ')}`]),
    ...(rating?.age === undefined || rating.age === null ? [] : [`data ${rating.age}`]),
  ];
};

const percent = (part: number): string =>
  `${part >= 0.1 ? Math.round(part * 100) : (part * 100).toFixed(1)} %`;

const exposureWords = (hosts: readonly Host[]): string[] => {
  const facing = amount(hosts, host => host.exposure === 'internet');
  if (facing > 0) return [`${hostsWord(facing)} face${facing === 1 ? 's' : ''} the internet`];
  const all = hosts.length > 0 && hosts.every(host => host.exposure !== undefined);
  return all ? ['not on the internet'] : [];
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `, due 9 Dec`, with the year when it is not this one; days are those of UTC. */
const dueWords = ({due}: Patch['exploited'][number], now: number): string => {
  const [year = '', month = '', day = ''] = due.split('-');
  const name = months[Number(month) - 1];
  if (name === undefined) return '';
  const today = new Date(now).toISOString().slice(0, 10);
  const shown = `${Number(day)} ${name}${today.startsWith(year) ? '' : ` ${year}`}`;
  return due < today ? `, was due ${shown}` : `, due ${shown}`;
};

const amount = (hosts: readonly Host[], of: (host: Host) => boolean): number => hosts.filter(of).length;

const atLeastOne = (n: number, words: (n: number) => string): string[] => (n > 0 ? [words(n)] : []);

const hostsWord = (n: number): string => `${n} host${n === 1 ? '' : 's'}`;
