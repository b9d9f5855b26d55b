import {progressOf, type Progress} from '../../jobs/progress.ts';
import {linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {staged} from '../staging.ts';
import type {DistributionManager, ManagerShell, Marks, RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readRefreshedAt} from '../refreshed-at.ts';
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
import {answerOf, errorsOf} from './answers.ts';
import {install, undo} from './install.ts';
import {waitingFor} from './lock.ts';
import {pending} from './pending.ts';
import {printRebootWanted} from './reboot.ts';
import {askZypper, printAutomatic, printHeld} from './shell.ts';
import {room, simulate, simulateStaged, simulateUndo} from './simulation.ts';
import {stage} from './staging.ts';

/** What `refresh` ends with where no repository is enabled; what is pending then is nothing, with 0. */
const withoutRepository = 6;

/** A repository that is dead makes `refresh` end with 4, and everything that refreshes by itself with 106 after it worked without it. */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'zypper.refresh',
      {},
      `${askZypper}
ask refresh refresh
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const answer = answerOf('zypper.refresh', sections('zypper.refresh', raw), 'refresh');
    const failures = errorsOf(answer);
    if (answer.code !== 0 && failures.length === 0)
      failures.push(answer.code === withoutRepository ? noRepository : `zypper ended with ${answer.code}`);
    return {fresh: failures.length === 0, failures};
  },
};

/**
 * Every refresh touches the index of each repository that it looks at, also one that is as it was (libzypp's touchIndexFile). The repository that
 * was looked at least recently says how old the lists are; one that never was, that nobody knows.
 */
const lists: Probe<undefined, number | undefined> = {
  script: () =>
    defineScript(
      'zypper.lists',
      {},
      `${askZypper}
echo '@@ refreshed'
zypper --non-interactive --xmlout --no-refresh repos 2>/dev/null | sed -n '/ enabled="1"/s/^<repo alias="\\([^"]*\\)".*/\\1/p' | tr / _ |
  while read -r alias; do
    cd "/var/cache/zypp/raw/$alias" 2>/dev/null && stat -c %Y repodata/repomd.xml content cookie 2>/dev/null | sort -n | tail -n 1 | grep . || echo never
  done | sort -n | sed 's/^never$//; q'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readRefreshedAt('zypper.lists', raw),
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'zypper.marks',
      {},
      `export LC_ALL=C
echo '@@ automatic'
${printAutomatic}
echo '@@ held'
${printHeld}
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('zypper.marks', raw);
    return {
      automatic: linesOf('zypper.marks', found, 'automatic'),
      held: linesOf('zypper.marks', found, 'held'),
    };
  },
};

/** Fedora has a zypper too, without repositories. */
const present = `{ command -v zypper >/dev/null 2>&1 && ls /etc/zypp/repos.d/*.repo >/dev/null 2>&1 && ${hasPackages}; }`;

const whereIs = (what: string): string => `if ${present}; then\n${what}\nfi`;

const shell: ManagerShell = {
  present,
  held: printHeld,
  automatic: printAutomatic,
  broken: whereIs(twice),
  rebootWanted: whereIs(printRebootWanted),
  paths: ['/var/cache/zypp'],
  lockHolders: whereIs(`${lockHolders}
[ ! -s /run/zypp.pid ] || {
  pid=$(cat /run/zypp.pid)
  [ ! -d "/proc/$pid" ] || printf '%s (pid %s)\\n' "$(cat "/proc/$pid/comm")" "$pid"
}`),
  interrupted: whereIs(twice),
};

/**
 * `( 2/11) Installing: openssl-3-3.0.8-1.x86_64 [...done]` is begun when that package is: one is done then. `Retrieving package
 * openssl-3-3.0.8-1.x86_64 (2/11), 1.2 MiB` is no share of the work: most of it is from here to there on the host.
 */
const progress = (line: string): Progress | undefined => {
  const [, nth = '', of = '', doing] =
    /^\( {0,5}(\d{1,6})\/(\d{1,6})\) ((?:Installing|Removing):? \S{1,200})/.exec(line) ?? [];
  if (doing !== undefined) {
    const percent = Math.floor(((Number(nth) - 1) * 100) / Math.max(1, Number(of)));
    return {percent: Math.min(100, Math.max(0, percent)), line: cleanLine(doing, 80)};
  }
  const [, fetching] = /^(Retrieving package \S{1,200} \(\d{1,6}\/\d{1,6}\))/.exec(line) ?? [];
  if (fetching !== undefined) return {line: cleanLine(fetching, 80)};
  return waitingFor(line) ?? progressOf(line);
};

/** zypper on SUSE: SLES and openSUSE. */
export const zypper = {
  id: 'zypper',
  proven: {
    by: 'lab',
    shown:
      "zypper 1.14.42 with libzypp 17.25.7 of Debian 12, with repositories made for it; no host of SUSE's",
  },
  database: 'rpm',
  words: {lock: "zypper's lock", look: 'rpm -qa --last', mend: 'zypper verify'},
  shell,
  refresh,
  lists,
  pending,
  installed: installedOf('zypper'),
  foreign: foreignOf('zypper'),
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  stage,
  staged,
  install,
  undo,
  complaints: complaintsOf('zypper'),
  changedConfiguration: changedConfigurationOf('zypper'),
  changelog: undefined,
  owners: ownersOf('zypper'),
  progress,
} satisfies DistributionManager;
