import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';

/** A place of a file. Lines and columns count from 1; without them the format has none. */
export type FilePlace = {file: string; line?: number; column?: number};

/** Something wrong at a place; without `file` it is the inventory itself. */
export type Mistake = {file?: string; line?: number; column?: number; what: string; remedy: string};

/** Most mistakes that are listed; the rest is counted. */
const mostListed = 20;

/** All mistakes in one error, in the order of the files. */
export const invalidInventory = (file: string, mistakes: readonly Mistake[]): PatchdeckError => {
  const distinct = new Map(mistakes.map(mistake => [JSON.stringify(mistake), mistake]));
  const files = [...new Set([file, ...mistakes.map(mistake => mistake.file ?? file)])];
  const rank = new Map(files.map((name, index) => [name, index]));
  const order = (mistake: Mistake): number => rank.get(mistake.file ?? file) ?? 0;
  const sorted = [...distinct.values()].sort(
    (a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const lines = sorted
    .slice(0, mostListed)
    .map(mistake => `${placed(mistake, file)}: ${cleanLine(`${mistake.what}; ${mistake.remedy}`, 400)}`);
  const rest = sorted.length - lines.length;
  const count = sorted.length === 1 ? 'one mistake' : `${sorted.length} mistakes`;
  const where = [...new Set(sorted.map(mistake => mistake.file ?? file))];
  const named = where.length > 3 ? 'the files named' : where.map(name => cleanLine(name, 500)).join(' and ');
  return new PatchdeckError(
    'input',
    'inventory.invalid',
    [
      `the inventory has ${count}; nothing was done`,
      ...lines,
      ...(rest > 0 ? [`and ${rest} more, shown when these are mended`] : []),
    ].join('\n'),
    `mend ${sorted.length === 1 ? 'it' : 'them'} in ${named} and look again with \`patchdeck inventory check\``,
  );
};

const placed = ({file, line, column}: Mistake, main: string): string => {
  const name = cleanLine(file ?? main, 500);
  return line === undefined ? name : `${name}:${line}:${column ?? 1}`;
};

/** A value of the file as it is quoted in a message; of maps only the keys, of lists only words. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return `"${cleanLine(value, 60)}"`;
  if (Array.isArray(value))
    return value.every(each => typeof each === 'string') ? cleanLine(`[${value.join(', ')}]`, 60) : 'a list';
  return typeof value === 'object' && value !== null
    ? cleanLine(`{${Object.keys(value).join(', ')}}`, 60)
    : String(value);
};
