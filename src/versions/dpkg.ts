/**
 * The order of Debian versions, to the letter of deb-version(7): epoch, upstream version, revision; in each, runs of non-digits
 * (letters before everything else, `~` before even the end) and runs of digits in turn. Negative when `a` is older.
 */
export const compareDpkg = (a: string, b: string): number => {
  const [left, right] = [split(a), split(b)];
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
};

const split = (version: string): {epoch: string; upstream: string; revision: string} => {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? '0' : version.slice(0, colon),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    // An absent revision is as good as 0.
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
};

const compareParts = (a: string, b: string): number => {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [left, right] = [digitsAt(a, i), digitsAt(b, j)];
    const difference = compareDigits(left, right);
    if (difference !== 0) return difference;
    i += left.length;
    j += right.length;
  }
  return 0;
};

/** Numbers of any length: without their leading zeros the longer one is the larger. */
const compareDigits = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
};

const digitsAt = (text: string, from: number): string => /^\d*/.exec(text.slice(from))?.[0] ?? '';

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

/** `~` before the end (and a digit), the end before letters, letters before all else. */
const weight = (char: string | undefined): number => {
  if (char === '~') return -1;
  if (char === undefined || isDigit(char)) return 0;
  return /[A-Za-z]/.test(char) ? char.charCodeAt(0) : char.charCodeAt(0) + 256;
};
