import {progressOf} from '../jobs/progress.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {staged} from './staging.ts';
import {install, undo} from './dnf4-install.ts';
import {installedLocks} from './dnf4-locks.ts';
import {pending} from './dnf4-pending.ts';
import {askDnf, isThere} from './dnf4-python.ts';
import {room, stage} from './dnf4-staging.ts';
import {simulate, simulateStaged, simulateUndo} from './dnf4-transaction.ts';
import type {DistributionManager, ManagerShell, Marks, RefreshAnswer} from './manager.ts';
import {noRepository} from './no-repository.ts';
import {readMarks, readRefresh} from './rpm-answers.ts';
import {changedConfigurationOf} from './rpm-configuration.ts';
import {
  complaintsOf,
  foreignOf,
  hasPackages,
  installedOf,
  installedSinceBoot,
  lockFileHolders,
  lockHolders,
  ownersOf,
  twice,
} from './rpm-database.ts';

const present = `{ ${isThere} && ${hasPackages}; }`;

/** Of installed packages alone: no repository is looked at. */
const asked = (what: string): string => `if ${present}; then
${askDnf(`${installedLocks}
def main(words):
    sack = with_installed().sack
${what}`)}
ask_library | grep -v '^@@'
fi`;

const printHeld = `    for name in sorted(locked(sack)):
        say(name)`;
const printAutomatic = `    for package in sack.query().installed():
        if reason_for(package) in ('dependency', 'weak-dependency'):
            say(package.name + ':' + package.arch)`;

/** After which packages the plugin wants a reboot, whatever is configured beside. */
const rebooting =
  'kernel kernel-core kernel-rt glibc linux-firmware systemd dbus dbus-broker dbus-daemon microcode_ctl';

const shell: ManagerShell = {
  present,
  held: asked(printHeld),
  automatic: asked(printAutomatic),
  broken: `if ${present}; then ${twice}; fi`,
  // It ends with 1 where its plugin is missing, too: that is "reboot" only where it names what for.
  rebootWanted: `if ${present}; then
  answer=$(dnf -q -C needs-restarting -r 2>/dev/null); code=$?
  names=$(printf '%s\\n' "$answer" | sed -n 's/^ *\\* *//p')
  if [ -n "$names" ]; then printf '%s\\n' "$names"
  elif [ $code -ne 0 ]; then
    ${installedSinceBoot(rebooting)}
    echo "? dnf's needs-restarting gives no answer (is dnf-plugins-core installed?): only the kernel and core libraries were looked at"
  fi
fi`,
  paths: ['/var/cache/dnf'],
  lockHolders: `${lockHolders}
${lockFileHolders('/var/lib/dnf/rpmdb_lock.pid', '/var/cache/dnf/metadata_lock.pid', '/var/cache/dnf/download_lock.pid')}`,
  interrupted: `if ${present}; then ${twice}; fi`,
};

/**
 * A dead repository is left out in silence, with 0, unless skip_if_unavailable is off. Without exit_on_lock dnf waits for its lock for
 * ever; an option it does not know it only warns of.
 */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'dnf4.refresh',
      {},
      `
export LC_ALL=C.UTF-8
try=0
while :; do
  answer=$(dnf -q makecache --refresh --setopt='*.skip_if_unavailable=0' --setopt=skip_if_unavailable=0 --setopt=exit_on_lock=1 2>&1); code=$?
  [ $code -ne 0 ] || break
  case $answer in *[Ll]ock*) ;; *) break ;; esac
  [ $try -lt 20 ] || break
  try=$((try + 1)); sleep 3
done
printf '@@ code\\n%s\\n@@ failures\\n' "$code"
printf '%s\\n' "$answer" | grep -E '^(Error|Warning|Ignoring|Failed|.*before setopt)' | head -n 20
[ -n "$(dnf -q -C repolist 2>/dev/null)" ] || echo '${noRepository}'
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => readRefresh('dnf4.refresh', raw),
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
