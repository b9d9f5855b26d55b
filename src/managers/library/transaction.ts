import {badAnswer, linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {changeSchema, type Change, type ManagerId} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript} from '../../model/script.ts';
import type {Manager, Simulation} from '../manager.ts';
import {isDatabase} from '../rpm/database.ts';

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

/** Reads `NAME ARCH FROM TO BESIDE` with `-` for none, or why the manager refuses. */
const parseAnswer = (manager: ManagerId, verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  if (found.has('refused')) return {changes: [], refused: cleanLine(wordOf(verb, found, 'refused'), 300)};
  const changes = linesOf(verb, found, 'changes').map(line => {
    const [name, arch, from, to, beside] = line.split('\t');
    const change = changeSchema.safeParse({
      manager,
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

type Simulations = {
  simulate: Manager['simulate'];
  simulateStaged: Manager['simulateStaged'];
  simulateUndo: NonNullable<Manager['simulateUndo']>;
};

/** The end of a body in Python: what was `made` would change. */
const sayChanges = `
    say('@@ changes')
    for change in changes(made):
        say(*change)
`;

/** A body in Python: of files and removals, in the root that a Python expression gives. */
const ofFiles = (root: string): string => `
def main(words):
    made = with_installed(${root})
    request(made, words[0].split('\\n') if words[0] else [], lines(words[1]))
${sayChanges}`;

/**
 * The simulations of a manager of RPM whose library is asked. `ask` makes the shell function `ask_library` of a body in Python; `simulate` is
 * such a body, of versions that repositories offer, up to what it `made`. The prologue defines what `ofFiles` and `sayChanges` use.
 */
export const simulationsBy = (
  manager: ManagerId,
  {ask, simulate}: {ask: (body: string) => string; simulate: string},
): Simulations => ({
  /** What installing exactly these versions would change, with what the lists say now. Nothing is skipped. */
  simulate: {
    script: wanted =>
      defineScript(
        `${manager}.simulate`,
        {wanted: wanted.map(({name, arch, version}) => `${name} ${arch} ${version}`)},
        `${ask(`${simulate}${sayChanges}`)}
ask_library "$1"
echo '@@ end'`,
        {root: false},
      ),
    parse: raw => parseAnswer(manager, `${manager}.simulate`, raw),
  },
  /** The same from the files of a staging directory, with no repository at all. */
  simulateStaged: {
    script: ({directory, changes, fresh}) =>
      defineScript(
        `${manager}.simulate-staged`,
        {directory, files: fresh.map(({file}) => `new/${file}`), gone: goneBy(changes)},
        `${ask(ofFiles('None'))}
cd "$1" && ask_library "$2" "$3"
echo '@@ end'`,
        {root: true},
      ),
    parse: raw => parseAnswer(manager, `${manager}.simulate-staged`, raw),
  },
  /**
   * The way back before the way forth was gone: asked of a copy of rpm's database in which the plan is already installed. Only the copy is
   * written.
   */
  simulateUndo: {
    script: ({directory, changes, previous, fresh}) => {
      const isBeside = ({name}: StagedFile): boolean =>
        changes.some(change => change.name === name && change.beside === true);
      const files = (wanted: (file: StagedFile) => boolean): string[] =>
        fresh.filter(wanted).map(({file}) => `new/${file}`);
      return defineScript(
        `${manager}.simulate-undo`,
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
        `${ask(ofFiles("os.environ['PATCHDECK_ROOT']"))}
cd "$1" || return 1
database=$(rpm -E %_dbpath)
${isDatabase} || return 1
PATCHDECK_ROOT="$1/root.after"; export PATCHDECK_ROOT
rm -rf "$PATCHDECK_ROOT"; mkdir -p "$PATCHDECK_ROOT$database" && cp -a "$database/." "$PATCHDECK_ROOT$database/" || return 1
rm -f "$PATCHDECK_ROOT$database"/__db.* # of a Berkeley DB (RHEL 7 and 8): what the processes share that have the other one open
after() { rpm --dbpath "$PATCHDECK_ROOT$database" --justdb --nodeps --noscripts --notriggers "$@" >/dev/null 2>&1; }
# What an obsoleting package took away already is gone then.
for package in $6; do after -e "$package"; done
[ -z "$4" ] || after -U --oldpackage --replacepkgs $4
[ -z "$5" ] || after -i $5
ask_library "$2" "$3"
rm -rf "$PATCHDECK_ROOT"
echo '@@ end'`,
        {root: true},
      );
    },
    parse: raw => parseAnswer(manager, `${manager}.simulate-undo`, raw),
  },
});
