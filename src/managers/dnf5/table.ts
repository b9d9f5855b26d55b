import {badAnswer} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {withEpoch} from '../rpm/database.ts';

export type Item = {name: string; arch: string; version: string; repository: string};
export type Table = {
  taken: (Item & {replacing: Item[]})[];
  removed: Item[];
  /** What it leaves out of what was asked for. */
  skipped: Item[];
  /** It said that there is nothing to do. */
  empty: boolean;
};

/**
 * Reads the table of a transaction, which dnf5 prints before it asks:
 *
 *     Upgrading:
 *      libs               x86_64 1:1.1-1 repo         0.0   B
 *        replacing libs   x86_64 1:1.0-1 <unknown>    0.0   B
 *     Removing:
 *      old                noarch 0:1.1-1 <unknown>    0.0   B
 *
 * Throws `host.bad-answer` for a part or a line that it cannot read: guessing would hide a change.
 */
export const parseTable = (verb: string, lines: readonly string[]): Table => {
  const table: Table = {taken: [], removed: [], skipped: [], empty: false};
  let part: string | undefined;
  for (const line of lines) {
    if (line === 'Transaction Summary:') break;
    if (/^Nothing to do\.?$/.test(line)) table.empty = true;
    else if (/^Package +Arch /.test(line)) part = '';
    else if (/^\S.*:$/.test(line)) part = partOf(verb, line);
    // That a package counts as wanted from now on changes none.
    else if (part === 'reason') table.empty = true;
    else if (part !== undefined) addLine(verb, table, part, line);
    else throw badAnswer(verb, `"${cleanLine(line, 80)}" stands in no table`);
  }
  return table;
};

const partOf = (verb: string, heading: string): string => {
  if (/^(Installing|Upgrading|Downgrading|Reinstalling)\b/.test(heading)) return 'taken';
  if (heading.startsWith('Removing')) return 'removed';
  if (heading.startsWith('Skipping')) return 'skipped';
  if (heading === 'Changing reason:') return 'reason';
  throw badAnswer(verb, `"${cleanLine(heading, 80)}" is no part of a transaction that is known`);
};

const addLine = (verb: string, table: Table, part: string, line: string): void => {
  const [, replaces, name, arch, evr, repository] =
    /^ (?: {2}(replacing) )?(\S+) +([a-z0-9_]+) +(\S+) +(\S+)(?: |$)/.exec(line) ?? [];
  if (name === undefined || arch === undefined || evr === undefined || repository === undefined)
    throw badAnswer(verb, `"${cleanLine(line, 80)}" is no line of a transaction`);
  const [epoch, ...rest] = evr.split(':');
  const item = {
    name,
    arch,
    repository,
    version: rest.length === 0 ? evr : withEpoch(epoch ?? '', rest.join(':')),
  };
  const last = table.taken.at(-1);
  if (replaces !== undefined && last !== undefined) last.replacing.push(item);
  else if (part === 'taken') table.taken.push({...item, replacing: []});
  else if (part === 'removed') table.removed.push(item);
  else if (part === 'skipped') table.skipped.push(item);
  else throw badAnswer(verb, `"${cleanLine(line, 80)}" is in no part`);
};

/**
 * Why dnf5 refuses, in its own words; undefined where it does not. Its code says nothing: 1 is also "aborted by the user", who is never asked
 * here, and 0 is also "skipped".
 */
export const refusalOf = (table: Table, said: readonly string[]): string | undefined => {
  const at = said.findIndex(line =>
    /^(Failed to resolve the transaction|No match for argument|No package|Problem|Error|Failed)\b/.test(line),
  );
  const skipped = table.skipped.map(({name, version}) => `${name} ${version} would be skipped`);
  const hasNone = table.taken.length + table.removed.length === 0 && !table.empty;
  if (at < 0 && skipped.length === 0 && !hasNone) return undefined;
  const words = at < 0 ? said : said.slice(at, at + 4).map(line => line.trim());
  return cleanLine([...skipped, ...words].join(' '), 300) || 'dnf5 says neither what it would do nor why not';
};
