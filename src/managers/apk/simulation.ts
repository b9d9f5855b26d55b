import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {changeSchema, type Change} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {database, fromFiles, wordsBack, wordsForth, wordsOf} from './shell.ts';
import type {Manager, Simulation} from '../manager.ts';

type Verb = 'Installing' | 'Purging' | 'Upgrading' | 'Downgrading' | 'Replacing';
export type SimulatedChange = {verb: Verb; name: string; from: string | null; to: string | null};

// `(1/4) Upgrading libcrypto3 (3.3.0-r2 -> 3.3.2-r0)`, `( 3/14) Installing newdep-lib (1.1-r0)`, `(1/1) Purging old@edge (1.0-r0)`
const changeLine =
  /^\( *\d+\/\d+\) (Installing|Purging|Upgrading|Downgrading|Replacing) ([^@\s]+)(?:@\S+)? \((\S+)(?: -> (\S+))?\)$/;
/** What it merely pins to another repository changes no package. */
const pinningLine = /^\( *\d+\/\d+\) Updating pinning /;

/**
 * Reads the changes that apk says it would make. Throws `host.bad-answer` for a line of another form: a change that was passed over
 * would be made all the same.
 */
export const parseChanges = (from: string, lines: readonly string[]): SimulatedChange[] =>
  lines.flatMap((line): SimulatedChange[] => {
    if (!/^\([\d/ ?]+\) /.test(line) || pinningLine.test(line)) return [];
    const [, verb, name, first, second] = changeLine.exec(line) ?? [];
    if (verb === undefined || name === undefined || first === undefined)
      throw badAnswer(from, `"${cleanLine(line, 80)}" is no change`);
    if (verb === 'Installing') return [{verb, name, from: null, to: first}];
    if (verb === 'Purging') return [{verb, name, from: first, to: null}];
    return isVerb(verb) ? [{verb, name, from: first, to: second ?? first}] : [];
  });

const isVerb = (word: string): word is Verb => /^(Upgrading|Downgrading|Replacing)$/.test(word);

/**
 * Why apk refuses, in its own words; undefined where it does not. A package that is broken already counts as an error each time (`1 error; 5 MiB
 * in 17 packages`), and is no refusal.
 */
export const refusalOf = (lines: readonly string[], code: string): string | undefined => {
  const at = lines.findIndex(line => line.startsWith('ERROR: '));
  const last = lines.at(-1) ?? '';
  if (at < 0 && (code === '0' || /^\d+ errors?; /.test(last))) return undefined;
  const said =
    at < 0
      ? last
      : lines
          .slice(at, at + 5)
          .join(' ')
          .replaceAll(/\s+/g, ' ')
          .slice('ERROR: '.length);
  return cleanLine(said, 300) || `apk ended with ${cleanLine(code, 10)}`;
};

const parseAnswer = (verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  const lines = linesOf(verb, found, 'simulation');
  const arch = wordOf(verb, found, 'arch');
  const seen = parseChanges(verb, lines);
  const rebuilt = seen.find(change => change.from === change.to);
  const changes: Change[] = seen
    .filter(change => change !== rebuilt)
    .map(({name, from, to}) => changeSchema.parse({manager: 'apk', name, arch, from, to}));
  const refused =
    refusalOf(lines, wordOf(verb, found, 'code')) ??
    // Its version says nothing of it: nobody could prove which of the two is installed.
    (rebuilt === undefined
      ? undefined
      : `it would replace ${rebuilt.name} by another build of the same version`);
  return {changes, refused};
};

/** Prints the parts that `parseAnswer` reads. `command` is a shell command line that ends as apk does. */
const simulation = (command: string): string => `
export LC_ALL=C${fromFiles}
echo '@@ simulation'
${command}
code=$?
echo '@@ code'; echo $code
echo '@@ arch'; apk --print-arch
echo '@@ end'`;

/**
 * What installing exactly these versions would change. Nothing else is upgraded with them but what they need; what nothing needs any more
 * goes, as always with apk.
 */
export const simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation> = {
  script: wanted =>
    defineScript(
      'apk.simulate',
      {wanted: wordsOf(wanted.map(({name, version}) => ({name, to: version})))},
      simulation(`apk add --simulate $(tagged "$1") 2>&1`),
      {root: false},
    ),
  parse: raw => parseAnswer('apk.simulate', raw),
};

/** The same from the files of a staging directory. */
export const simulateStaged: Manager['simulateStaged'] = {
  script: ({directory, changes, fresh}) =>
    defineScript(
      'apk.simulate-staged',
      {directory, files: fresh.map(({file}) => file), wanted: wordsForth(fresh, changes)},
      simulation(`{
  repository "$1/new" "$2"
  add_from "$1/new" "$3" --simulate
} 2>&1`),
      {root: true},
    ),
  parse: raw => parseAnswer('apk.simulate-staged', raw),
};

/**
 * The way back before the way forth was gone: apk's simulation in a root of its own, in whose database the plan is already installed. An
 * entry of an index has the form of one of the database.
 */
export const simulateUndo: NonNullable<Manager['simulateUndo']> = {
  script: ({directory, changes, previous, fresh}) =>
    defineScript(
      'apk.simulate-undo',
      {
        directory,
        newFiles: fresh.map(({file}) => file),
        oldFiles: previous.map(({file}) => file),
        changed: changes.map(({name}) => name),
        wanted: wordsBack(previous, changes),
      },
      simulation(`{
  ${database}
  repository "$1/new" "$2"; repository "$1/old" "$3"
  after=$1/after
  rm -rf "$after" && mkdir -p "$after/etc" "$after/var/cache" "$after\${database%/installed}" &&
    cp -R /etc/apk "$after/etc/apk" && ln -s /var/cache/apk "$after/var/cache/apk" || return 1
  {
    awk -v changed="$4" 'BEGIN {n = split(changed, list, "\\n"); for (i = 1; i <= n; i++) skip["P:" list[i]] = 1; RS = ""; ORS = "\\n\\n"; FS = "\\n"}
      {for (i = 1; i <= NF && i < 4; i++) if ($i in skip) next; print}' $database
    for index in "$1"/new/tag-*/*/APKINDEX.tar.gz; do [ ! -f "$index" ] || tar -xzOf "$index" APKINDEX; done
  } > "$after$database"
  add_from "$1/old" "$5" --simulate --root "$after"
  code=$?
  rm -rf "$after"
  (exit $code)
} 2>&1`),
      {root: true},
    ),
  parse: raw => parseAnswer('apk.simulate-undo', raw),
};
