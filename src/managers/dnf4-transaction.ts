import {badAnswer, linesOf, sections, wordOf} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {changeSchema, type Change} from '../model/package.ts';
import type {StagedFile} from '../model/rollback.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {askDnf} from './dnf4-python.ts';
import type {Simulation} from './manager.ts';

/** `NAME ARCH VERSION` of what goes away. */
export const goneBy = (changes: readonly Change[]): string[] =>
  changes.flatMap(({name, arch, from, to}) =>
    to === null && from !== null ? [`${name} ${arch} ${from}`] : [],
  );

/** The same on the way back: what was added. */
export const addedBy = (changes: readonly Change[]): string[] =>
  changes.flatMap(({name, arch, from, to}) =>
    from === null && to !== null ? [`${name} ${arch} ${to}`] : [],
  );

/** Reads `NAME ARCH FROM TO BESIDE` with `-` for none, or why dnf refuses. */
const parseAnswer = (verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  if (found.has('refused')) return {changes: [], refused: cleanLine(wordOf(verb, found, 'refused'), 300)};
  const changes = linesOf(verb, found, 'changes').map(line => {
    const [name, arch, from, to, beside] = line.split('\t');
    const change = changeSchema.safeParse({
      manager: 'dnf4',
      name,
      arch,
      from: from === '-' ? null : from,
      to: to === '-' ? null : to,
      ...(beside === 'beside' ? {beside: true} : {}),
    });
    if (!change.success) throw badAnswer(verb, `"${cleanLine(line, 80)}" is no change`);
    return change.data;
  });
  return {changes, refused: undefined};
};

const printChanges = `
    print('@@ changes')
    for change in changes(made):
        say(*change)
`;

/** What installing exactly these versions would change, with what the lists say now. Nothing is skipped: best is wanted of all. */
export const simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation> = {
  script: wanted =>
    defineScript(
      'dnf4.simulate',
      {wanted: wanted.map(({name, arch, version}) => `${name} ${arch} ${version}`)},
      `${askDnf(`
def main(words):
    made = with_repositories()
    for name, arch, version in lines(words[0]):
        offered = made.sack.query().available().filter(name=name, arch=arch, evr=version)
        if not offered:
            raise dnf.exceptions.Error(name + ' ' + version + ' is not offered any more, or is held or excluded')
        made.package_install(offered[0])
    made.resolve()
${printChanges}`)}
ask_dnf "$1"
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => parseAnswer('dnf4.simulate', raw),
};

/** The same from the files of a staging directory, with no repository at all. */
export const simulateStaged: Probe<
  {directory: string; changes: readonly Change[]; fresh: readonly StagedFile[]},
  Simulation
> = {
  script: ({directory, changes, fresh}) =>
    defineScript(
      'dnf4.simulate-staged',
      {directory, files: fresh.map(({file}) => `new/${file}`), gone: goneBy(changes)},
      `${askDnf(requestFiles())}
cd "$1" && ask_dnf "$2" "$3"
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => parseAnswer('dnf4.simulate-staged', raw),
};

/**
 * The way back before the way forth was gone: asked of a copy of rpm's database in which the plan is already installed. Only the copy
 * is written.
 */
export const simulateUndo: Probe<
  {
    directory: string;
    changes: readonly Change[];
    previous: readonly StagedFile[];
    fresh: readonly StagedFile[];
  },
  Simulation
> = {
  script: ({directory, changes, previous, fresh}) => {
    const isBeside = ({name}: StagedFile): boolean =>
      changes.some(change => change.name === name && change.beside === true);
    const files = (wanted: (file: StagedFile) => boolean): string[] =>
      fresh.filter(wanted).map(({file}) => `new/${file}`);
    return defineScript(
      'dnf4.simulate-undo',
      {
        directory,
        files: previous.map(({file}) => `old/${file}`),
        added: addedBy(changes),
        replacing: files(file => !isBeside(file)),
        beside: files(isBeside),
        gone: changes.flatMap(({name, arch, from, to}) =>
          to === null && from !== null ? [`${name}-${from.replace(/^\d+:/, '')}.${arch}`] : [],
        ),
      },
      `${askDnf(requestFiles("os.environ['PATCHDECK_ROOT']"))}
cd "$1" || return 1
database=$(rpm -E %_dbpath)
# Never more than a database: an rpm that does not say where it is would have the whole host copied.
case $database in /?*) [ -f "$database/rpmdb.sqlite" ] || [ -f "$database/Packages" ] || [ -f "$database/Packages.db" ] || return 1 ;; *) return 1 ;; esac
PATCHDECK_ROOT="$1/root.after"; export PATCHDECK_ROOT
rm -rf "$PATCHDECK_ROOT"; mkdir -p "$PATCHDECK_ROOT$database" && cp -a "$database/." "$PATCHDECK_ROOT$database/" || return 1
after() { rpm --dbpath "$PATCHDECK_ROOT$database" --justdb --nodeps --noscripts --notriggers "$@" >/dev/null 2>&1; }
# What an obsoleting package took away already is gone then.
for package in $6; do after -e "$package"; done
[ -z "$4" ] || after -U --oldpackage --replacepkgs $4
[ -z "$5" ] || after -i $5
ask_dnf "$2" "$3"
rm -rf "$PATCHDECK_ROOT"
echo '@@ end'`,
      {root: true},
    );
  },
  parse: raw => parseAnswer('dnf4.simulate-undo', raw),
};

function requestFiles(root = 'None'): string {
  return `
def main(words):
    made = with_installed(${root})
    request(made, words[0].split('\\n') if words[0] else [], lines(words[1]))
${printChanges}`;
}
