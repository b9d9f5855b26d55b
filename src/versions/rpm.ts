/**
 * The order of RPM versions as `[epoch:]version[-release]`, to the letter of rpm's rpmverCmp and rpmvercmp (rpm 4.18,
 * rpmio/rpmver.c and rpmio/rpmvercmp.c). A missing epoch is 0; of two that are the same up to there, the one with a release is newer.
 * Negative when `a` is older.
 */
export const compareRpm = (a: string, b: string): number => {
  const [left, right] = [split(a), split(b)];
  return (
    compareSegments(left.epoch, right.epoch) ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
};

type Evr = {epoch: string; version: string; release: string | undefined};

/** As parseEVR: digits before the first colon are an epoch (none is 0), what follows the last hyphen is the release. */
const split = (evr: string): Evr => {
  const epoch = /^(\d*):/.exec(evr);
  const rest = epoch === null ? evr : evr.slice(epoch[0].length);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: epoch?.[1] || '0',
    version: dash === -1 ? rest : rest.slice(0, dash),
    release: dash === -1 ? undefined : rest.slice(dash + 1),
  };
};

const compareReleases = (a: string | undefined, b: string | undefined): number => {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareSegments(a, b);
};

/**
 * Runs of digits and runs of letters in turn; everything else only separates them. `~` is before even the end, `^` after the end
 * and before everything else; a number is after letters.
 */
const compareSegments = (a: string, b: string): number => {
  if (a === b) return 0;
  let [i, j] = [0, 0];
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return 0;
    const marks = compareMarks(left, right);
    if (marks === 'same') {
      i++;
      j++;
      continue;
    }
    if (marks !== undefined) return marks;
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const isNumber = /\d/.test(left);
    const one = runAt(a, i, isNumber);
    const two = runAt(b, j, isNumber);
    if (two === '') return isNumber ? 1 : -1;
    const difference = isNumber ? compareNumbers(one, two) : compareText(one, two);
    if (difference !== 0) return difference;
    i += one.length;
    j += two.length;
  }
};

/** `same`: both have the mark. Undefined: neither has one. */
const compareMarks = (left: string | undefined, right: string | undefined): number | 'same' | undefined => {
  if (left === '~' || right === '~') return left === right ? 'same' : left === '~' ? -1 : 1;
  if (left !== '^' && right !== '^') return undefined;
  if (left === right) return 'same';
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return left === '^' ? -1 : 1;
};

const skipSeparators = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !/[A-Za-z0-9~^]/.test(text[at] ?? '')) at++;
  return at;
};

const runAt = (text: string, from: number, isNumber: boolean): string => {
  const run = isNumber ? /\d*/y : /[A-Za-z]*/y;
  run.lastIndex = from;
  return run.exec(text)?.[0] ?? '';
};

/** Numbers of any length: without their leading zeros the longer one is the larger. */
const compareNumbers = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
