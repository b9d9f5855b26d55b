import {badAnswer, linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {changeSchema} from '../../model/package.ts';
import {defineScript, type Probe, type Script} from '../../model/script.ts';
import {addedBy, onlyFiles, packageArguments, removedBy} from './arguments.ts';
import type {Manager, Simulation} from '../manager.ts';

export type SimulatedInstall = {name: string; arch: string; from: string | null; to: string; origin: string};
export type ParsedSimulation = {
  installs: SimulatedInstall[];
  /** `arch` is named for foreign architectures only. */
  removes: {name: string; arch: string | undefined; version: string}[];
  refused: string | undefined;
};

// `Inst libssl3 [3.0.15-1] (3.0.17-1 Debian-Security:12/oldstable-security [amd64])`, no `[OLD]` for a new package; a file has no origin.
const installLine = /^Inst (\S+?)(?::(\S+))? (?:\[([^\]]+)\] )?\((\S+) (?:(.*?) )?\[(\S+?)\]\)/;
const removeLine = /^(?:Remv|Purg) (\S+?)(?::(\S+))? \[([^\]]+)\]/;

/** Reads the output of `apt-get -s`. Throws `host.bad-answer` for an Inst line it cannot read: guessing would hide a change. */
export const parseSimulation = (verb: string, lines: readonly string[]): ParsedSimulation => {
  const result: ParsedSimulation = {installs: [], removes: [], refused: undefined};
  for (const line of lines) {
    if (line.startsWith('Inst ')) {
      const match = installLine.exec(line);
      const [, name, , from, to, origin, arch] = match ?? [];
      if (name === undefined || to === undefined || arch === undefined)
        throw badAnswer(verb, `"${cleanLine(line, 80)}"`);
      result.installs.push({name, arch, from: from ?? null, to, origin: origin ?? ''});
    } else if (/^(Remv|Purg) /.test(line)) {
      const [, name, arch, version] = removeLine.exec(line) ?? [];
      if (name === undefined || version === undefined) throw badAnswer(verb, `"${cleanLine(line, 80)}"`);
      result.removes.push({name, arch, version});
    } else if (line.startsWith('E: ') && result.refused === undefined) {
      result.refused = cleanLine(line.slice(3));
    }
  }
  return result;
};

/**
 * Prints the parts that `parseAnswer` reads. `command` is a shell command line that runs apt-get -s; `added` prints what it takes for
 * installed besides what is, in the form of the dpkg-query below.
 */
const simulation = (command: string, added = ':'): string => `
export LC_ALL=C
echo '@@ simulation'
${command} 2>&1
echo '@@ native'; dpkg --print-architecture
echo '@@ installed'; dpkg-query -W -f='\${Package}\\t\${Architecture}\\t\${Version}\\t\${db:Status-Abbrev}\\n'
${added}
echo '@@ end'`;

// -y as the install has it: with it apt refuses what it would only ask about without, as the change of a held package.
const quietSimulation = 'apt-get -s -y -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=false';

const parseAnswer = (verb: string, raw: Uint8Array): Simulation => {
  const found = sections(verb, raw);
  const parsed = parseSimulation(verb, linesOf(verb, found, 'simulation'));
  const native = linesOf(verb, found, 'native')[0] ?? '';
  const forAll = new Set<string>();
  for (const line of linesOf(verb, found, 'installed')) {
    const [name = '', arch = '', version = ''] = line.split('\t');
    if (arch === 'all') forAll.add(`${name}=${version}`);
  }
  const changes = [
    ...parsed.installs.map(item => ({
      manager: 'apt',
      name: item.name,
      arch: item.arch,
      from: item.from,
      to: item.to,
    })),
    ...parsed.removes.map(item => ({
      manager: 'apt',
      name: item.name,
      arch: item.arch ?? (forAll.has(`${item.name}=${item.version}`) ? 'all' : native),
      from: item.version,
      to: null,
    })),
  ];
  return {changes: changes.map(change => changeSchema.parse(change)), refused: parsed.refused};
};

/** What installing exactly these versions would change, dependencies and removals included. */
export const simulate: Probe<readonly {name: string; arch: string; version: string}[], Simulation> = {
  script: wanted =>
    defineScript(
      'apt.simulate',
      {wanted: wanted.map(item => `${item.name}:${item.arch}=${item.version}`)},
      simulation(`${quietSimulation} install $1`),
      {root: false},
    ),
  parse: raw => parseAnswer('apt.simulate', raw),
};

/** The same from the files of a staging directory. */
export const simulateStaged: Manager['simulateStaged'] = {
  script: ({directory, changes, fresh}) =>
    defineScript(
      'apt.simulate-staged',
      {directory, wanted: packageArguments('new', fresh, removedBy(changes))},
      simulation(`cd "$1" && ${quietSimulation} ${onlyFiles} install $2`),
      {root: true},
    ),
  parse: raw => parseAnswer('apt.simulate-staged', raw),
};

/**
 * The way back before the way forth was gone: apt-get -s against a copy of dpkg's status in which the plan is already
 * installed.
 */
export const simulateUndo: NonNullable<Manager['simulateUndo']> = {
  script: ({directory, changes, previous, fresh}): Script =>
    defineScript(
      'apt.simulate-undo',
      {
        directory,
        wanted: packageArguments('old', previous, addedBy(changes)),
        fresh: fresh.map(file => `new/${file.file}`),
        changed: changes.map(change => `${change.name} ${change.arch}`),
      },
      simulation(
        `
{
  cd "$1" || return 1
  awk -v changed="$4" 'BEGIN {n = split(changed, list, "\\n"); for (i = 1; i <= n; i++) skip[list[i]] = 1; RS = ""; ORS = "\\n\\n"}
    {name = ""; arch = ""; m = split($0, lines, "\\n")
     for (i = 1; i <= m; i++) {if (lines[i] ~ /^Package: /) name = substr(lines[i], 10); if (lines[i] ~ /^Architecture: /) arch = substr(lines[i], 15)}
     if (!((name " " arch) in skip)) print}' /var/lib/dpkg/status > status.after
  for file in $3; do
    dpkg-deb -f "$file" | sed 's/^Package: .*/&\\nStatus: install ok installed/' >> status.after
    echo >> status.after
  done
  ${quietSimulation} ${onlyFiles} -o Dir::State::status="$1/status.after" --allow-downgrades --allow-change-held-packages install $2
  rm -f status.after
}`,
        `for file in $3; do dpkg-deb -W --showformat='\${Package}\t\${Architecture}\t\${Version}\tii\n' "$file"; done`,
      ),
      {root: true},
    ),
  parse: raw => parseAnswer('apt.simulate-undo', raw),
};
