import {progressOf, type Progress} from '../../jobs/progress.ts';
import {linesOf, numberOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Change} from '../../model/package.ts';
import {defineScript, type Probe, type Script} from '../../model/script.ts';
import {staged} from '../staging.ts';
import {install, undo} from './install.ts';
import {pending, printLocked} from './pending.ts';
import {environment, nevraOf, simulate, simulateStaged, simulateUndo} from './transaction.ts';
import type {DistributionManager, ManagerShell, Marks, RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readMarks, readRefresh} from '../rpm/answers.ts';
import {changedConfigurationOf} from '../rpm/configuration.ts';
import {
  complaintsOf,
  foreignOf,
  hasPackages,
  installedOf,
  lockHolders,
  ownersOf,
  twice,
} from '../rpm/database.ts';
import {withoutNeedsRestarting} from '../rpm/reboot.ts';
import {stageBy} from '../rpm/staging.ts';

const present = `{ command -v dnf5 >/dev/null 2>&1 && ${hasPackages}; }`;
const whereIs = (what: string): string => `if ${present}; then\n${what}\nfi`;

const printAutomatic = `dnf5 -q -C repoquery --installed --qf "%{name}:%{arch} %{reason}\\n" 2>/dev/null | sed -n 's/ .*Dependency$//p'`;

const shell: ManagerShell = {
  present,
  held: whereIs(printLocked),
  automatic: whereIs(printAutomatic),
  broken: whereIs(twice),
  // It says yes or no; nothing, where its plugin is missing or is too old for JSON.
  rebootWanted: whereIs(`answer=$(dnf5 -q -C needs-restarting --json 2>/dev/null)
case $answer in
  *'"reboot_required"'*) printf '%s\\n' "$answer" | awk -F'"' '/"packages"/ {on = !/\\]/; next} /\\]/ {on = 0} on {print $2}' ;;
  *) ${withoutNeedsRestarting('dnf5', 'dnf5-plugins')} ;;
esac`),
  paths: ['/var/cache/libdnf5'],
  lockHolders: whereIs(lockHolders),
  interrupted: whereIs(twice),
};

/** A dead repository is left out in silence, with 0, where skip_if_unavailable is on, and where its old lists are there still. */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'dnf5.refresh',
      {},
      `
${environment}
answer=$(dnf5 -q makecache --refresh --setopt=skip_if_unavailable=0 --setopt='*.skip_if_unavailable=0' 2>&1); code=$?
printf '@@ code\\n%s\\n@@ failures\\n' "$code"
printf '%s\\n' "$answer" | grep -iE '^(Error|Warning|Failed|Problem|.*not found)' | head -n 20
[ -n "$(dnf5 -q -C repo list 2>/dev/null)" ] || echo '${noRepository}'
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => readRefresh('dnf5.refresh', raw),
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'dnf5.marks',
      {},
      `
${environment}
echo '@@ automatic'
${printAutomatic}
echo '@@ held'
${printLocked}
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readMarks('dnf5.marks', raw),
};

/** What is downloaded, and what it unpacks to beside the old: an upper bound. Unknown where a version is not in the lists. */
const room: Probe<readonly Change[], number | undefined> = {
  script: changes =>
    defineScript(
      'dnf5.room',
      {wanted: changes.flatMap(change => (change.to === null ? [] : [nevraOf(change, change.to)]))},
      `
${environment}
echo '@@ wanted'; printf '%s\\n' "$1" | grep -c .
echo '@@ bytes'
[ -z "$1" ] || dnf5 -q -C repoquery --setopt=disable_excludes='*' --qf "%{full_nevra} %{downloadsize} %{installsize}\\n" $1 |
  sort -u -k1,1 | awk '{sum += $2 + $3; n++} END {printf "%d\\n%.0f\\n", n, sum}'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('dnf5.room', raw);
    const wanted = numberOf('dnf5.room', found, 'wanted');
    if (wanted === 0) return 0;
    const [count, bytes] = linesOf('dnf5.room', found, 'bytes').map(Number);
    return count === wanted && Number.isSafeInteger(bytes) ? bytes : undefined;
  },
};

const stage = (args: {directory: string; changes: readonly Change[]}): Script =>
  stageBy(
    'dnf5',
    {
      fetch: `  dnf5 -q --setopt=disable_excludes='*' download --destdir=fetched "$1-$3.$2"`,
      isSigned: `  repository=$(dnf5 -q -C repoquery --available --setopt=disable_excludes='*' --qf "%{repoid}\\n" "$1-$3.$2" 2>/dev/null | head -n 1)
  [ -z "$repository" ] || ! dnf5 -q --dump-repo-config="$repository" repo list 2>/dev/null | grep -qE '^(pkg_)?gpgcheck = (0|false|no)'`,
      cached: '/var/cache/libdnf5/*/packages/*.rpm',
    },
    args,
  );

/** `[ 3/13] Upgrading libs-1:1.1-1.x86_64 100% | ...`, and the staging job's own lines. */
const progress = (line: string): Progress | undefined => {
  const [, done, total, what] = /^\[ *(\d+)\/(\d+)\] (.+?) +\d+% \|/.exec(line) ?? [];
  if (what !== undefined && Number(total) > 0)
    return {percent: Math.min(100, (Number(done) * 100) / Number(total)), line: cleanLine(what, 80)};
  const failure = /^>>> (.*(?:failed|error).*)$/i.exec(line)?.[1];
  return failure === undefined ? progressOf(line) : {line: cleanLine(failure, 80)};
};

/** dnf 5 on Fedora since 41. Its table of a transaction is read, its library has no program of its own that every host has. */
export const dnf5 = {
  id: 'dnf5',
  proven: {
    by: 'doc',
    source: 'its manual pages (dnf5-do(8), dnf5-repoquery(8), dnf5-advisory(8), dnf5-versionlock(8))',
    version: 'dnf5 5.4.6.0',
    shown:
      "Debian unstable's dnf5 5.4.6.0 with rpm 6.1.0 in a root of its own, with repositories made for it",
  },
  database: 'rpm',
  words: {lock: "rpm's lock", look: 'rpm -qa and dnf5 history', mend: 'dnf5 remove --duplicates'},
  shell,
  refresh,
  pending,
  installed: installedOf('dnf5'),
  foreign: foreignOf('dnf5'),
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  stage,
  staged,
  install,
  undo,
  complaints: complaintsOf('dnf5'),
  changedConfiguration: changedConfigurationOf('dnf5'),
  changelog: undefined,
  owners: ownersOf('dnf5'),
  progress,
} satisfies DistributionManager;
