import {numberOf, sections} from '../../model/answer.ts';
import type {Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript, type Probe, type Script} from '../../model/script.ts';
import type {Manager, Simulation} from '../manager.ts';
import {answerOf, installedKeys, simulationOf} from './answers.ts';
import {fileWords, goneWords, packageWord} from './arguments.ts';
import {askZypper, cloneRoot} from './shell.ts';
import {elementsOf} from './xml.ts';

/** Prints what `parseAnswer` reads. `dryRun` asks for it in a copy of the database; `change` is what is done to the copy before. */
const inClone = (dryRun: string, change = ''): string => `${askZypper}${cloneRoot}
make_clone || return 1
${change}
echo '@@ installed'
rpm --dbpath "$clone$database" -qa --qf '%{NAME}.%{ARCH}\\n'
${dryRun}
drop_clone
echo '@@ end'`;

const parseAnswer = (verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  return simulationOf(answerOf(verb, found, 'simulation'), installedKeys(verb, found));
};

/** What installing exactly these versions would change. What stands in the way of a package is removed: the plan shows it. */
export const simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation> = {
  script: wanted =>
    defineScript(
      'zypper.simulate',
      {wanted: wanted.map(packageWord)},
      inClone('ask_clone simulation install --dry-run --force-resolution $1'),
      {root: false},
    ),
  parse: raw => parseAnswer('zypper.simulate', raw),
};

/** The same from the files of a staging directory. */
export const simulateStaged: Manager['simulateStaged'] = {
  script: ({directory, changes, fresh}) =>
    defineScript(
      'zypper.simulate-staged',
      {directory, wanted: [...fileWords(directory, 'new', fresh), ...goneWords(changes, 'to')]},
      inClone('ask_clone_files simulation install --dry-run $2'),
      {root: true},
    ),
  parse: raw => parseAnswer('zypper.simulate-staged', raw),
};

/** The way back before the way forth was gone: in a copy of the database that already has what the plan installs. */
export const simulateUndo: NonNullable<Manager['simulateUndo']> = {
  script: ({directory, changes, previous, fresh}): Script => {
    const isBeside = (file: StagedFile): boolean =>
      changes.some(
        ({name, arch, to, beside}) =>
          beside && name === file.name && arch === file.arch && to === file.version,
      );
    return defineScript(
      'zypper.simulate-undo',
      {
        directory,
        wanted: [...fileWords(directory, 'old', previous), ...goneWords(changes, 'from')],
        upgraded: fileWords(
          directory,
          'new',
          fresh.filter(file => !isBeside(file)),
        ),
        beside: fileWords(directory, 'new', fresh.filter(isBeside)),
        removed: changes.flatMap(({name, arch, from, to}) =>
          to === null && from !== null ? [`${name}-${from}.${arch}`] : [],
        ),
      },
      inClone(
        'ask_clone_files simulation install --dry-run --oldpackage $2',
        `# Debian's rpm wants to be told that it is meant.
into_clone() { rpm --force-debian --dbpath "$clone$database" "$@" --justdb --nodeps --noscripts --notriggers 2>/dev/null ||
  rpm --dbpath "$clone$database" "$@" --justdb --nodeps --noscripts --notriggers; }
[ -z "$3" ] || into_clone -U --oldpackage $3 || { drop_clone; return 1; }
[ -z "$4" ] || into_clone -i $4 || { drop_clone; return 1; }
for package in $5; do ! rpm --dbpath "$clone$database" -q "$package" >/dev/null || into_clone -e "$package"; done`,
      ),
      {root: true},
    );
  },
  parse: raw => parseAnswer('zypper.simulate-undo', raw),
};

/** What is fetched lies there for new and for old packages; what it unpacks to lies beside what is there: an upper bound. A version that no repository has makes it unknown. */
export const room: Probe<readonly Change[], number | undefined> = {
  script: changes =>
    defineScript(
      'zypper.room',
      {
        wanted: changes.flatMap(({name, arch, to}) =>
          to === null ? [] : [packageWord({name, arch, version: to})],
        ),
        replaced: changes.flatMap(({name, arch, from}) => (from === null ? [] : [`${name}-${from}.${arch}`])),
      },
      `${askZypper}${cloneRoot}
echo '@@ replaced'
[ -z "$2" ] || rpm -q --qf '%{LONGSIZE}\\n' $2 2>/dev/null | awk '{sum += $1} END {printf "%.0f\\n", sum}'
echo 0
make_clone || return 1
ask_clone simulation install --dry-run --force-resolution $1
drop_clone
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('zypper.room', raw);
    const summary = elementsOf(answerOf('zypper.room', found, 'simulation').root, 'install-summary')[0];
    if (summary === undefined) return undefined;
    const bytes = (key: string): number => Math.max(0, Number(summary.attributes[key] ?? 0)) || 0;
    return (
      bytes('download-size') * 2 + bytes('space-usage-diff') + numberOf('zypper.room', found, 'replaced')
    );
  },
};
