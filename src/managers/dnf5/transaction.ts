import {linesOf, sections} from '../../model/answer.ts';
import {changeSchema, type Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {parseTable, refusalOf, type Item} from './table.ts';
import type {Manager, Simulation} from '../manager.ts';
import {isDatabase} from '../rpm/database.ts';

/** Wide enough for any line of a table; the messages that are looked at are English. */
export const environment = 'export LC_ALL=C.UTF-8 DNF5_FORCE_COLUMNS=600';

/** Options for what is done with staged files alone: no repository, no plugin, and no lock of a version. */
export const onlyFiles = `--setopt=plugins=0 --setopt=disable_excludes='*' --disable-repo='*'`;

export const nevraOf = ({name, arch}: {name: string; arch: string}, version: string): string =>
  `${name}-${version}.${arch}`;

/** What goes with an install, as a removal takes it. */
export const goneBy = (changes: readonly Change[]): string[] =>
  changes.flatMap(change =>
    change.to === null && change.from !== null ? [nevraOf(change, change.from)] : [],
  );

/** What an install added, as a removal takes it. */
export const addedBy = (changes: readonly Change[]): string[] =>
  changes.flatMap(change => (change.from === null && change.to !== null ? [nevraOf(change, change.to)] : []));

/** The same as rpm takes them. */
export const withoutEpochs = (nevras: readonly string[]): string[] =>
  nevras.map(nevra => nevra.replace(/-\d+:(?=[^-]+-[^-]+$)/, '-'));

/** What of the files of a folder takes the place of another version, and what comes anew: only a downgrade takes an older file. */
export const splitBack = (
  previous: readonly StagedFile[],
  changes: readonly Change[],
): {older: string[]; missing: string[]} => {
  const stays = ({name, arch}: StagedFile): boolean =>
    changes.some(change => change.name === name && change.arch === arch && change.to !== null);
  const paths = (files: readonly StagedFile[]): string[] => files.map(({file}) => `./old/${file}`);
  return {
    older: paths(previous.filter(stays)),
    missing: paths(previous.filter(file => !stays(file))),
  };
};

/**
 * Prints the parts that `parseAnswer` reads. `command` is a shell command line; `prepare` one that has to go well before it. `rpm` asks the
 * database that the simulation is about.
 */
const simulation = (command: string, prepare = ':', rpm = 'rpm'): string => `
${environment}
words=$(mktemp) || return 1
${prepare} || { rm -f "$words"; return 1; }
echo '@@ table'
${command} 2>"$words"
echo '@@ said'; cat "$words"; rm -f "$words"
echo '@@ installed'; ${rpm} -qa --qf '%{NAME}:%{ARCH}\\n'
echo '@@ end'`;

const parseAnswer = (verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  const table = parseTable(verb, linesOf(verb, found, 'table'));
  const here = Map.groupBy(linesOf(verb, found, 'installed'), key => key);
  const countOf = ({name, arch}: Item): number => here.get(`${name}:${arch}`)?.length ?? 0;
  const change = ({name, arch}: Item, from: string | null, to: string | null, isBeside = false): Change =>
    changeSchema.parse({manager: 'dnf5', name, arch, from, to, ...(isBeside ? {beside: true} : {})});
  const taken = table.taken.flatMap(item => {
    const same = item.replacing.find(({name, arch}) => name === item.name && arch === item.arch);
    if (same?.version === item.version) return [];
    const others = item.replacing.filter(old => old !== same).map(old => change(old, old.version, null));
    // A kernel comes beside those that are there.
    return [
      change(item, same?.version ?? null, item.version, same === undefined && countOf(item) > 0),
      ...others,
    ];
  });
  const removed = table.removed.map(item => change(item, item.version, null, countOf(item) > 1));
  return {changes: [...taken, ...removed], refused: refusalOf(table, linesOf(verb, found, 'said'))};
};

/** What installing exactly these versions would change, by the lists as they were refreshed last (`-C`). */
export const simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation> = {
  script: wanted =>
    defineScript(
      'dnf5.simulate',
      {wanted: wanted.map(item => nevraOf(item, item.version))},
      simulation('dnf5 -q -C --assumeno do --action=install $1'),
      {root: false},
    ),
  parse: raw => parseAnswer('dnf5.simulate', raw),
};

/** The same from the files of a staging directory. */
export const simulateStaged: Manager['simulateStaged'] = {
  script: ({directory, changes, fresh}) =>
    defineScript(
      'dnf5.simulate-staged',
      {directory, wanted: fresh.map(({file}) => `./new/${file}`), gone: goneBy(changes)},
      simulation(`(
  cd "$1" || exit 1
  dnf5 -q --assumeno ${onlyFiles} do \${2:+--action=install $2} \${3:+--action=remove $3}
)`),
      {root: true},
    ),
  parse: raw => parseAnswer('dnf5.simulate-staged', raw),
};

/**
 * The way back before the way forth was gone: dnf5's simulation in a root of its own, in whose database rpm has noted the plan as
 * installed. Nothing but notes: no file of a package is unpacked, no script runs.
 */
export const simulateUndo: NonNullable<Manager['simulateUndo']> = {
  script: ({directory, changes, previous, fresh}) =>
    defineScript(
      'dnf5.simulate-undo',
      {
        directory,
        fresh: fresh.map(({file}) => `new/${file}`),
        gone: withoutEpochs(goneBy(changes)),
        ...splitBack(previous, changes),
        added: addedBy(changes),
      },
      `${simulation(
        `(
  cd "$1" && dnf5 -q --assumeno --installroot="$1/after" --use-host-config ${onlyFiles} do \\
    \${4:+--action=downgrade $4} \${5:+--action=install $5} \${6:+--action=remove $6}
)`,
        `{
  database=$(rpm -E %_dbpath)
  ${isDatabase} &&
    cd "$1" && rm -rf after && mkdir -p "$1/after$database" && cp -a "$database/." "$1/after$database/" && {
      note='--justdb --nodeps --noscripts --notriggers'
      [ -z "$3" ] || rpm --dbpath "$1/after$database" -e $note $3 &&
        { [ -z "$2" ] || rpm --dbpath "$1/after$database" -U $note --oldpackage --replacepkgs $2; }
    } >&2
}`,
        'rpm --dbpath "$1/after$database"',
      )}
rm -rf "$1/after"`,
      {root: true},
    ),
  parse: raw => parseAnswer('dnf5.simulate-undo', raw),
};
