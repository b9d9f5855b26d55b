/**
 * The order of Alpine's versions, `1.2.3a_rc1~0a1b2c-r4`, to the letter of apk-package(5) and apk_version_compare (apk-tools 3.0.6,
 * src/version.c): part by part; where one ends or goes on with another kind of part, the kinds decide. Negative when `a` is older.
 * What is no version any more ends there and is older than one that ends well, as apk has it; see `isApkVersion`.
 */
export const compareApk = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; ; i++) {
    const [one, two] = [left[i] ?? end, right[i] ?? end];
    if (one.kind !== two.kind) return compareKinds(one, two);
    if (one.kind >= kinds.end) return 0;
    const difference = compareValues(one, two);
    if (difference !== 0) return difference;
  }
};

/** Whether it is a version by apk's rules; of two that are none, the order may be no more than that of what they begin with. */
export const isApkVersion = (version: string): boolean => partsOf(version).at(-1)?.kind === kinds.end;

/** Of two versions that are the same so far, the one that goes on with a lower kind is the newer. */
const kinds = {
  first: 0,
  number: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  build: 6,
  end: 7,
  none: 8,
};

type Part = {kind: number; text: string};

const end: Part = {kind: kinds.end, text: ''};

/** In their order; those before the empty one come before a version without any. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];

const isBeforeRelease = ({kind, text}: Part): boolean =>
  kind === kinds.suffix && suffixes.indexOf(text) < suffixes.indexOf('');

/** What a kind of part looks like, and after which kinds it may stand. */
const forms: readonly {kind: number; form: RegExp; after: (kind: number) => boolean}[] = [
  {kind: kinds.letter, form: /([a-z])/y, after: kind => kind <= kinds.number},
  {kind: kinds.number, form: /\.(\d+)/y, after: kind => kind <= kinds.number},
  {kind: kinds.suffixNumber, form: /(\d+)/y, after: kind => kind === kinds.suffix},
  {
    kind: kinds.suffix,
    form: /_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])/y,
    after: kind => kind <= kinds.suffixNumber,
  },
  {kind: kinds.hash, form: /~([0-9a-f]+)/y, after: kind => kind < kinds.hash},
  {kind: kinds.build, form: /-r(\d+)/y, after: kind => kind < kinds.build},
];

/** All parts, the last one of the kind `end`, or `none` where it stops being a version. */
const partsOf = (version: string): Part[] => {
  const first = /^\d+/.exec(version)?.[0];
  if (first === undefined) return [{kind: kinds.none, text: ''}];
  const parts: Part[] = [{kind: kinds.first, text: first}];
  let [at, last] = [first.length, kinds.first];
  while (at < version.length) {
    const found = partAt(version, at, last);
    if (found === undefined) return [...parts, {kind: kinds.none, text: ''}];
    parts.push(found.part);
    at = found.next;
    last = found.part.kind;
  }
  return [...parts, end];
};

const partAt = (version: string, at: number, last: number): {part: Part; next: number} | undefined => {
  for (const {kind, form, after} of forms) {
    if (!after(last)) continue;
    form.lastIndex = at;
    const text = form.exec(version)?.[1];
    if (text !== undefined) return {part: {kind, text}, next: form.lastIndex};
  }
  return undefined;
};

const compareKinds = (a: Part, b: Part): number => {
  if (isBeforeRelease(a)) return -1;
  if (isBeforeRelease(b)) return 1;
  return b.kind - a.kind;
};

const compareValues = ({kind, text: a}: Part, {text: b}: Part): number => {
  if (kind === kinds.suffix) return suffixes.indexOf(a) - suffixes.indexOf(b);
  // As in a decimal fraction: 1.05 is older than 1.1.
  const isFraction = kind === kinds.number && (a.startsWith('0') || b.startsWith('0'));
  if (kind === kinds.letter || kind === kinds.hash || isFraction) return compareText(a, b);
  return compareNumbers(a, b);
};

/** Numbers of any length: without their leading zeros the longer one is the larger. */
const compareNumbers = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
