import {linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {compareDpkg} from '../../versions/dpkg.ts';

/** On the way back dpkg asks the prerm of the version that is left and the preinst of the one it goes back to. */
const asked = (changes: readonly Change[], fresh: readonly StagedFile[], previous: readonly StagedFile[]) =>
  changes.flatMap(({name, arch, from, to}) => {
    if (from === null || to === null) return [];
    const of = (files: readonly StagedFile[]) => files.find(file => file.name === name && file.arch === arch);
    const [newer, older] = [of(fresh), of(previous)];
    return [
      ...(newer === undefined ? [] : [{name, file: `new/${newer.file}`, script: 'prerm', other: from}]),
      ...(older === undefined ? [] : [{name, file: `old/${older.file}`, script: 'preinst', other: to}]),
    ];
  });

/**
 * Maintainer scripts that may refuse the way back, a sentence each: apt's simulation runs none of them. They are read, not run, and
 * only those that look at versions or speak of downgrades leave the host.
 */
export const refusals: Probe<
  {
    directory: string;
    changes: readonly Change[];
    fresh: readonly StagedFile[];
    previous: readonly StagedFile[];
  },
  string[]
> = {
  script: ({directory, changes, fresh, previous}) =>
    defineScript(
      'apt.refusals',
      {
        directory,
        asked: asked(changes, fresh, previous).map(item =>
          [item.name, item.file, item.script, item.other].join(' '),
        ),
      },
      `
export LC_ALL=C
cd "$1" || return 1
echo '@@ scripts'
printf '%s\\n' "$2" | while read -r name file script other; do
  [ -n "$name" ] || continue
  text=$(dpkg-deb -I "$file" "$script" 2>/dev/null | head -c 131072)
  case $text in *compare-versions*|*[Dd]owngrad*|*DOWNGRAD*) ;; *) continue ;; esac
  printf '%s\\t%s\\t%s\\t%s\\n' "$name" "$script" "$other" "$(printf '%s' "$text" | base64 -w 0)"
done
echo '@@ end'`,
      {root: true},
    ),
  parse: raw =>
    linesOf('apt.refusals', sections('apt.refusals', raw), 'scripts').flatMap(line => {
      const [name = '', script = '', other = '', text = ''] = line.split('\t');
      return mayRefuse(Buffer.from(text, 'base64').toString('utf8'), other)
        ? [`the ${cleanLine(script, 10)} of ${cleanLine(name, 130)} may refuse to go back`]
        : [];
    }),
};

const comparison =
  /(!\s*)?dpkg\s+--compare-versions\s+(\S+)\s+(lt-nl|le-nl|ge-nl|gt-nl|lt|le|eq|ne|ge|gt|<<|<=|=|>=|>>|<|>)\s+(\S+?)(?=[\s;)&|]|$)/;
/** A way out of the script that dpkg takes for a refusal. */
const failing = /(?:^|[\s;&|{(])(?:(?:exit|return)\s+["']?[1-9]|false\b)/;

/**
 * Whether a maintainer script may end in a failure because of `other`, the version that it is told of in $2. What cannot be decided
 * by reading counts as yes.
 */
export const mayRefuse = (script: string, other: string): boolean => {
  const lines = script.split('\n').filter(line => !/^\s*#/.test(line));
  if (lines.some(line => /downgrad/i.test(line)) && lines.some(line => failing.test(line))) return true;
  const told = namesOfSecond(lines);
  for (const [at, line] of lines.entries()) {
    if (!line.includes('--compare-versions')) continue;
    const holds = compared(line, word => (told.has(word) ? other : word));
    const rest = line.slice(line.indexOf('--compare-versions'));
    if (rest.includes('||') && failing.test(rest) && holds !== true) return true;
    if (rest.includes('&&') && failing.test(rest) && holds !== false) return true;
    if (/(?:^|[\s;])(?:if|elif)\s/.test(line) && branchFails(lines.slice(at), condition(line, holds)))
      return true;
  }
  return false;
};

/** `$2`, and the variables that hold nothing else. */
const namesOfSecond = (lines: readonly string[]): ReadonlySet<string> => {
  const names = lines.flatMap(line => /^\s*(\w+)=["']?\$(?:2|\{2\})["']?\s*$/.exec(line)?.[1] ?? []);
  return new Set(['2', ...names].flatMap(name => [`$${name}`, `\${${name}}`]));
};

/** What a comparison comes to; undefined where reading does not tell. */
const compared = (line: string, valueOf: (word: string) => string): boolean | undefined => {
  const [, not, left = '', operator = '', right = ''] = comparison.exec(line) ?? [];
  const [a = '', b = ''] = [left, right].map(word => valueOf(word.replaceAll(/["']/g, '')));
  if ([a, b].some(value => value === '' || /[$`(]/.test(value))) return undefined;
  const holds = truths[operator.replace('-nl', '')]?.(compareDpkg(a, b));
  return holds === undefined || not === undefined ? holds : !holds;
};

/** The condition it stands in: `[ "$1" = upgrade ] && dpkg ...` cannot hold when the comparison does not. */
const condition = (line: string, holds: boolean | undefined): boolean | undefined => {
  if (holds === false) return line.includes('||') ? undefined : false;
  return holds === true && !/&&|\|\|/.test(line) ? true : undefined;
};

const truths: Readonly<Record<string, (order: number) => boolean>> = {
  lt: order => order < 0,
  '<<': order => order < 0,
  le: order => order <= 0,
  '<=': order => order <= 0,
  '<': order => order <= 0,
  eq: order => order === 0,
  '=': order => order === 0,
  ne: order => order !== 0,
  ge: order => order >= 0,
  '>=': order => order >= 0,
  '>': order => order >= 0,
  gt: order => order > 0,
  '>>': order => order > 0,
};

/** Whether the branch that is taken has a failing way out, from the line of the `if` to its `fi`. */
const branchFails = (lines: readonly string[], holds: boolean | undefined): boolean => {
  let depth = 0;
  let taken = holds !== false;
  for (const line of lines) {
    const opened = (line.match(/(?:^|[\s;])if\s/g) ?? []).length;
    const closed = (line.match(/(?:^|[\s;])fi(?=[\s;]|$)/g) ?? []).length;
    if (depth === 1 && /^\s*(?:else|elif)\b/.test(line)) taken = holds !== true;
    depth += opened;
    if (taken && failing.test(line)) return true;
    depth -= closed;
    if (depth <= 0 && (opened > 0 || closed > 0)) return false;
  }
  return false;
};
