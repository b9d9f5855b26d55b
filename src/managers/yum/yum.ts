import {progressOf} from '../../jobs/progress.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {staged} from '../staging.ts';
import type {DistributionManager, ManagerShell, Marks, RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readMarks, readRefresh} from '../rpm/answers.ts';
import {changedConfigurationOf} from '../rpm/configuration.ts';
import {complaintsOf, foreignOf, hasPackages, installedOf, ownersOf, twice} from '../rpm/database.ts';
import {installedSinceBoot} from '../rpm/reboot.ts';
import {install, undo} from './install.ts';
import {installedLocks, lockHolders} from './locks.ts';
import {pending} from './pending.ts';
import {askYum, isThere} from './python.ts';
import {room, stage} from './staging.ts';
import {simulate, simulateStaged, simulateUndo} from './transaction.ts';

const present = `{ ${isThere} && ${hasPackages}; }`;
const whereIs = (what: string): string => `if ${present}; then\n${what}\nfi`;

/** Of installed packages alone: no repository is looked at. */
const asked = (what: string): string =>
  whereIs(`${askYum(`${installedLocks}
def main(words):
    made = with_installed()
${what}`)}
ask_library | grep -v '^@@'`);

const printHeld = `    for name in sorted(locked(made)):
        say(name)`;
const printAutomatic = `    for package in made.rpmdb.returnPackages():
        if package.yumdb_info.get('reason') == 'dep':
            say(package.name + ':' + package.arch)`;

/**
 * After which of its packages `needs-restarting -r` of yum-utils 1.1.31 wants a reboot (its REBOOTPKGS), where they were installed since the
 * boot. Only root may ask that, and not every host has it; rpm tells the same to anybody.
 */
const rebooting = 'kernel kernel-rt glibc linux-firmware systemd udev openssl-libs gnutls dbus';

const shell: ManagerShell = {
  present,
  held: asked(printHeld),
  automatic: asked(printAutomatic),
  broken: whereIs(twice),
  rebootWanted: whereIs(`${installedSinceBoot(rebooting)}
rpm -q glibc >/dev/null 2>&1 || echo "? rpm does not tell when the kernel and core libraries were installed"`),
  paths: ['/var/cache/yum'],
  lockHolders: whereIs(lockHolders),
  interrupted: whereIs(`${twice}
for left in /var/lib/yum/transaction-all*; do
  case $left in *disabled) ;; *) [ ! -e "$left" ] || printf 'a transaction that was not ended (%s)\\n' "\${left##*/}" ;; esac
done`),
};

/** Each repository by itself, so that each dead one is named: yum stops at the first, and is silent where skip_if_unavailable is on. */
const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'yum.refresh',
      {},
      `${askYum(`
import time

def refuse(problem):
    say(in_words(problem))

# What "yum makecache" does.
def fetch(identifier):
    made = with_repositories(fetch=True)
    for repository in list(made.repos.listEnabled()):
        if repository.id != identifier:
            made.repos.disableRepo(repository.id)
    repository = made.repos.getRepo(identifier)
    repository.metadata_expire = 0
    repository.mdpolicy = 'group:all'
    made.repos.doSetup()
    made.repos.populateSack(mdtype='all', cacheonly=1)
    for kind, name in (('group_gz', 'groups.xml'), ('updateinfo', 'updateinfo.xml')):
        if kind in repository.repoXML.fileTypes():
            yum.misc.repo_gen_decompress(repository.retrieveMD(kind), name)

def main(words):
    made = with_repositories(fetch=True)
    for left in range(19, -1, -1):
        try:
            made.doLock()
            break
        except yum.Errors.LockError:
            if left == 0:
                raise
            time.sleep(3)
    failed = False
    if not made.repos.listEnabled():
        failed = True
        say('${noRepository}')
    for identifier in sorted(repository.id for repository in made.repos.listEnabled()):
        try:
            fetch(identifier)
        except Exception as problem:
            failed = True
            say(identifier + ': ' + in_words(problem))
    made.doUnlock()
    if failed:
        sys.exit(1)
`)}
echo '@@ failures'
ask_library; code=$?
printf '@@ code\\n%s\\n@@ end\\n' "$code"`,
      {root: true},
    ),
  parse: raw => readRefresh('yum.refresh', raw),
};

const marks: Probe<undefined, Marks> = {
  script: () =>
    defineScript(
      'yum.marks',
      {},
      `${askYum(`${installedLocks}
def main(words):
    made = with_installed()
    say('@@ automatic')
${printAutomatic}
    say('@@ held')
${printHeld}`)}
ask_library
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readMarks('yum.marks', raw),
};

/** yum 3.4.3 on RHEL 7, CentOS 7 and Amazon Linux 2: where no dnf keeps the host. What it decides is asked of its library. */
export const yum = {
  id: 'yum',
  proven: {
    by: 'doc',
    source:
      'its sources and manual pages (yum(8), yum.conf(5)), and those of yum-utils and its plugin versionlock',
    version: 'yum 3.4.3',
    shown:
      "the resolver of yum's own sources under Python 2.7, over packages made for it; no rpm and no repository. By hand, under RHEL 7's systemd 219 (219-78) and bash 4.2, with Debian's other programs: a job that is started, stopped in the middle, waited for by a shutdown, found again and removed, a reboot, updaters held off, a host set aside",
  },
  database: 'rpm',
  words: {
    lock: "yum's lock",
    look: 'rpm -qa and yum history',
    mend: 'yum-complete-transaction and package-cleanup --cleandupes',
  },
  shell,
  refresh,
  pending,
  installed: installedOf('yum'),
  foreign: foreignOf('yum'),
  marks,
  room,
  simulate,
  simulateStaged,
  simulateUndo,
  stage,
  staged,
  install,
  undo,
  complaints: complaintsOf('yum'),
  changedConfiguration: changedConfigurationOf('yum'),
  changelog: undefined,
  owners: ownersOf('yum'),
  progress: progressOf,
} satisfies DistributionManager;
