import {urgencies, type Urgency} from '../model/changelog.ts';
import {clean} from '../model/clean.ts';
import {compareDpkg} from '../versions/dpkg.ts';

/** One entry of a Debian changelog. */
export type ChangelogEntry = {version: string; distribution: string; urgency: Urgency; text: string};

/** `openssl (3.0.17-1~deb12u2) bookworm-security; urgency=medium`, deb-changelog(5). */
const heading = /^[a-z0-9][a-z0-9+.-]* \(([^()\s]{1,128})\)((?: [A-Za-z0-9.~+-]+){1,20});(.*)$/i;

/**
 * The entries strictly newer than `installed`, in the order of the text: a changelog as a package carries it, the candidate's entry
 * first. The entry of the installed version ends them, whatever stands below: a renamed source package may have counted higher once.
 */
export const entriesAfter = (text: string, installed: string): ChangelogEntry[] =>
  read(text, installed).entries;

/** What a changelog says of an update; or why it says nothing. */
export type Fixes = {cves: string[]; source: string; urgency: Urgency} | {missing: string};

/**
 * What an update fixes since `installed`, by its changelog. A text that does not reach back to the installed version may lack some of
 * it, and `source` then says so; one that names nothing newer is of something else, and no proof that nothing is fixed.
 */
export const fixesIn = (text: string, installed: string): Fixes => {
  const {entries, reachesBack} = read(text, installed);
  if (entries.length === 0) return {missing: 'its changelog names no version newer than the installed one'};
  const source = reachesBack ? 'changelog' : 'changelog, which does not reach back to the installed version';
  return {cves: cvesIn(entries), source, urgency: highestUrgency(entries)};
};

/** The CVE ids that entries name, each once, sorted. */
export const cvesIn = (entries: readonly ChangelogEntry[]): string[] => {
  const ids = entries.flatMap(entry => entry.text.match(/\bCVE-\d{4}-\d{4,19}\b/gi) ?? []);
  return [...new Set(ids.map(id => id.toUpperCase()))].sort();
};

/** The highest urgency among entries; `unknown` when there are none. */
export const highestUrgency = (entries: readonly ChangelogEntry[]): Urgency =>
  entries.reduce<Urgency>(
    (highest, {urgency}) => (urgencies.indexOf(urgency) > urgencies.indexOf(highest) ? urgency : highest),
    'unknown',
  );

const read = (text: string, installed: string): {entries: ChangelogEntry[]; reachesBack: boolean} => {
  const entries: ChangelogEntry[] = [];
  let isNewer = false;
  let reachesBack = false;
  for (const line of clean(text).split('\n')) {
    const match = heading.exec(line);
    if (match?.[1] !== undefined) {
      const order = compareDpkg(match[1], installed);
      isNewer = order > 0;
      reachesBack ||= !isNewer;
      if (order === 0) break;
      const distribution = (match[2] ?? '').trim();
      if (isNewer)
        entries.push({version: match[1], distribution, urgency: urgencyIn(match[3] ?? ''), text: ''});
    } else if (isNewer) {
      const current = entries.at(-1);
      if (current !== undefined) current.text += `${line}\n`;
    }
  }
  return {entries, reachesBack};
};

/** `urgency=HIGH (for users of web servers), binary-only=yes`: letter case does not count, a commentary may follow. */
const urgencyIn = (metadata: string): Urgency => {
  const word = /(?:^|[\s,])urgency=([a-z]+)/i.exec(metadata)?.[1]?.toLowerCase();
  return urgencies.find(urgency => urgency === word) ?? 'unknown';
};
