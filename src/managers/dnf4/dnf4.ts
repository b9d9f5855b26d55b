import {progressOf} from '../../jobs/progress.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {staged} from '../staging.ts';
import {install, undo} from './install.ts';
import {lists, refresh} from './lists.ts';
import {installedLocks, lockHolders} from './locks.ts';
import {pending} from './pending.ts';
import {askDnf, isThere} from './python.ts';
import {room, stage} from './staging.ts';
import {simulate, simulateStaged, simulateUndo} from './transaction.ts';
import type {DistributionManager, ManagerShell, Marks} from '../manager.ts';
import {readMarks} from '../rpm/answers.ts';
import {changedConfigurationOf} from '../rpm/configuration.ts';
import {complaintsOf, foreignOf, hasPackages, installedOf, ownersOf, twice} from '../rpm/database.ts';
import {withoutNeedsRestarting} from '../rpm/reboot.ts';

const present = `{ ${isThere} && ${hasPackages}; }`;

const whereIs = (what: string): string => `if ${present}; then\n${what}\nfi`;

/** Of installed packages alone: no repository is looked at. */
const asked = (what: string): string =>
  whereIs(`${askDnf(`${installedLocks}
def main(words):
    sack = with_installed().sack
${what}`)}
ask_library | grep -v '^@@'`);

const printHeld = `    for name in sorted(locked(sack)):
        say(name)`;
const printAutomatic = `    for package in sack.query().installed():
        if reason_for(package) in ('dependency', 'weak-dependency'):
            say(package.name + ':' + package.arch)`;

const shell: ManagerShell = {
  present,
  held: asked(printHeld),
  automatic: asked(printAutomatic),
  broken: whereIs(twice),
  // It ends with 1 where its plugin is missing, too: that is "reboot" only where it names what for.
  rebootWanted: whereIs(`  answer=$(dnf -q -C needs-restarting -r 2>/dev/null); code=$?
  names=$(printf '%s\\n' "$answer" | sed -n 's/^ *\\* *//p')
  if [ -n "$names" ]; then printf '%s\\n' "$names"
  elif [ $code -ne 0 ]; then
    ${withoutNeedsRestarting('dnf', 'dnf-plugins-core')}
  fi`),
  paths: ['/var/cache/dnf'],
  lockHolders: whereIs(lockHolders),
  interrupted: whereIs(twice),
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'dnf4.marks',
      {},
      `${askDnf(`${installedLocks}
def main(words):
    sack = with_installed().sack
    print('@@ automatic')
${printAutomatic}
    print('@@ held')
${printHeld}`)}
ask_library
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readMarks('dnf4.marks', raw),
};

/** dnf 4 on Fedora and the family of RHEL. What it decides is asked of its library; what is true, of rpm's database. */
export const dnf4 = {
  id: 'dnf4',
  proven: {
    by: 'lab',
    shown:
      "dnf 4.14 of Debian 12. RHEL 8 has 4.2 to 4.7: dnf's own sources 4.2.7, 4.2.17, 4.2.23, 4.4.2 and 4.7.0 were asked in its place, 4.2.7 and 4.7.0 also to install and to go back; what older libdnf (0.22 to 0.63) lacks was read in its sources",
  },
  database: 'rpm',
  words: {lock: "rpm's lock", look: 'rpm -qa and dnf history', mend: 'dnf remove --duplicates'},
  shell,
  refresh,
  lists,
  pending,
  installed: installedOf('dnf4'),
  foreign: foreignOf('dnf4'),
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  stage,
  staged,
  install,
  undo,
  complaints: complaintsOf('dnf4'),
  changedConfiguration: changedConfigurationOf('dnf4'),
  changelog: undefined,
  owners: ownersOf('dnf4'),
  progress: progressOf,
} satisfies DistributionManager;
