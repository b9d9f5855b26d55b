import type {Change} from '../../model/package.ts';
import type {StepPoint, StagedFile} from '../../model/rollback.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {addedBy, onlyFiles, packageArguments, removedBy} from './arguments.ts';
import {restoreConfiguration, saveConfiguration} from './configuration.ts';
import {hashes, verifyFiles} from '../verify-staged.ts';

/** Quiet for everybody who would ask: debconf, listchanges, ucf, needrestart. Restarts are a step of their own. */
const environment =
  'export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1';

/** DPkg::Lock::Timeout covers dpkg's locks only; the lock of the archives fails at once and is retried here. */
const aptInstall = `
attempt() {
  try=0
  while :; do
    : > attempt.log # before tail looks for it
    { apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \\
      -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 ${onlyFiles} "$@" 3>&1; } >> attempt.log 2>&1 &
    child=$!
    tail --pid=$child -n +1 -f attempt.log
    wait $child; code=$?
    if [ $code -ne 100 ] || [ $try -ge 20 ] || ! grep -qE 'Could not get lock|Unable to lock' attempt.log; then break; fi
    try=$((try + 1)); echo "another package manager holds the lock; waiting"; sleep 15
  done
  return $code
}`;

/** Automatic ones last: of two architectures of a package one may be, and both are named before. */
const remark = `
remark() { # manual automatic held
  [ -z "$1" ] || apt-mark manual $1 >/dev/null
  [ -z "$2" ] || apt-mark auto $2 >/dev/null
  [ -z "$3" ] || apt-mark hold $3 >/dev/null
}`;

/** What has to go and is gone already (tried again, or never come) is a name that apt may not know, and it then refuses everything. */
const known = `
known() {
  for word in $1; do
    case $word in *-) dpkg-query -W "\${word%-}" >/dev/null 2>&1 || continue ;; esac
    printf '%s\\n' "$word"
  done
}`;

/** apt's marks of these packages, of whatever architecture: `libc6` is of the native one or of all, `libc6:i386` of another. */
const marksOf = (marks: readonly string[], files: readonly StagedFile[]): string[] => {
  const names = new Set(files.map(({name}) => name));
  return marks.filter(mark => names.has(mark.split(':')[0] ?? ''));
};

const isReplaced = (changes: readonly Change[], {name, arch}: StagedFile): boolean =>
  changes.some(change => change.name === name && change.arch === arch && change.from !== null);

const markOf = ({name, arch}: {name: string; arch: string}): string =>
  arch === 'all' ? name : `${name}:${arch}`;

/**
 * Payload: installs the staged files and nothing else. Naming packages strips the automatic mark, so the marks are set again as
 * the rollback point has them; what is added as a dependency becomes automatic.
 */
export const install = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'apt.install',
    {
      directory: point.directory,
      hashes: hashes('new', point.fresh),
      wanted: packageArguments('new', point.fresh, removedBy(changes)),
      packages: changes.filter(change => change.from !== null).map(change => `${change.name}:${change.arch}`),
      replacing: point.fresh.filter(file => isReplaced(changes, file)).map(({file}) => `new/${file}`),
      automatic: [...marksOf(point.automatic, point.fresh), ...addedBy(changes).map(markOf)],
    },
    `
${environment}
${verifyFiles}${saveConfiguration}${aptInstall}${known}${remark}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$4" "$5" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
attempt install $(known "$3")
code=$?
remark '' "$6" ''
return $code`,
    {root: true},
  );

/**
 * Payload: back to the rollback point. Downgrades from the staged files, removes what was added, brings back what was removed,
 * then marks, holds and configuration files. A package whose maintainer script failed can make apt refuse: then dpkg does it.
 */
export const undo = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'apt.undo',
    {
      directory: point.directory,
      hashes: hashes('old', point.previous),
      wanted: packageArguments('old', point.previous, addedBy(changes)),
      files: point.previous.map(file => `old/${file.file}`),
      added: addedBy(changes).map(change => `${change.name}:${change.arch}`),
      manual: point.previous.map(markOf),
      automatic: marksOf(point.automatic, point.previous),
      held: point.held,
    },
    `
${environment}
${verifyFiles}${restoreConfiguration}${aptInstall}${known}${remark}
umask 022
cd "$1" || return 1
verify "$2" || return 1
retire_configuration
if ! attempt --allow-downgrades --allow-change-held-packages install $(known "$3"); then
  echo 'apt-get would not go back; dpkg does'
  dpkg --force-downgrade --force-confdef --force-confold --unpack $4
  [ -z "$5" ] || dpkg --force-depends --remove $5
  dpkg --force-confdef --force-confold --configure -a
fi
remark "$6" "$7" "$8"
restore_configuration
dpkg --audit | grep -q . && return 1
return 0`,
    {root: true},
  );
