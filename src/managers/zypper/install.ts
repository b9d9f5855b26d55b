import type {Change} from '../../model/package.ts';
import type {StagedFile, StepPoint} from '../../model/rollback.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {keepComplaints} from '../rpm/database.ts';
import {restoreConfiguration, saveConfiguration} from '../rpm/configuration.ts';
import {hashes, verifyFiles} from '../verify-staged.ts';
import {fileWords, goneWords} from './arguments.ts';
import {lockPause, lockTries} from '../rpm/lock-patience.ts';
import {lockedCode} from './lock.ts';

/**
 * The files were checked when they were fetched and are what was staged, which is looked at just before: zypper does not ask for signatures
 * again, which a repository may do without. It sees no repository, and its cache is not the host's, of which it would take away what no
 * repository has. Another's lock is waited for here, as zypper itself would not say meanwhile whose it is; after that time it is an error.
 */
const zypperInstall = `
export LC_ALL=C
attempt() {
  mkdir -p no-repositories
  try=0
  while :; do
    : > attempt.log # before tail looks for it
    zypper --non-interactive --non-interactive-include-reboot-patches --no-gpg-checks --no-refresh \\
      --reposd-dir "$PWD/no-repositories" --cache-dir "$PWD/cache" install --auto-agree-with-licenses "$@" >> attempt.log 2>&1 &
    child=$!
    tail --pid=$child -n +1 -f attempt.log
    wait $child; code=$?
    if [ $code -ne ${lockedCode} ] || [ $try -ge ${lockTries} ]; then break; fi
    try=$((try + 1)); sleep ${lockPause}
  done
  [ $code -ne ${lockedCode} ] || sed -n 's/^System management is locked/patchdeck-error &/p' attempt.log
  keep_complaints attempt.log
  return $code
}`;

/** What has to go and is gone already is a name that zypper does not know, and it then does nothing at all. */
const known = `
known() {
  for word in $1; do
    case $word in
      '!'*) package=\${word#!}; name=\${package%%=*}
        rpm -q "\${name%.*}-\${package#*=}.\${name##*.}" >/dev/null 2>&1 || continue ;;
    esac
    printf '%s\\n' "$word"
  done
}`;

/** Of files of another version than they are; their names, which is how zypper marks packages, and how it locks them. */
const namesOf = (items: readonly {name: string}[]): string[] => [...new Set(items.map(({name}) => name))];

/** Whether the package of a file is installed. */
const isThere = `
is_there() { rpm -q "$(rpm -qp --nosignature --qf '%{NAME}-%{EPOCHNUM}:%{VERSION}-%{RELEASE}.%{ARCH}' "$1" 2>/dev/null)" >/dev/null 2>&1; }`;

/** A package whose advisory wants a reboot asks for it once it is there, also where one after it failed. */
const askForReboot = `
ask_for_reboot() { # files
  [ -s reboot ] && [ ! -e /run/reboot-needed ] || return 0
  for file in $1; do
    ! is_there "$file" || rpm -qp --nosignature --qf '%{NAME}\\n%{NAME}.%{ARCH}\\n' "$file" 2>/dev/null
  done | grep -qxF -f reboot && touch /run/reboot-needed reboot-asked
}`;

/** Naming a file makes its package one that was asked for. zypper keeps the names of the others in a file of its own. */
const remark = `
remark() { # automatic manual
  marks=/var/lib/zypp/AutoInstalled
  [ -d /var/lib/zypp ] && touch "$marks" || return 0
  { sed -n '/^#/p' "$marks"; { sed '/^#/d; /^ *$/d' "$marks"; printf '%s\\n' "$1"; } | sed '/^$/d' | sort -u | grep -vxF -e "$2"; } > marks.next
  cat marks.next > "$marks"
}`;

/** What came as a dependency before, and what does now. Of a package that stands beside its older versions the mark is theirs. */
const automaticOf = ({automatic}: StepPoint, files: readonly StagedFile[]): string[] => {
  const names = new Set(files.map(({name}) => name));
  return automatic.filter(name => names.has(name));
};

const addedBy = (changes: readonly Change[]): Change[] =>
  changes.filter(({from, beside}) => from === null && beside === undefined);

/**
 * Payload: installs the staged files and nothing else. Marks are set again as the rollback point has them; what is added as a
 * dependency is marked as one. What wants a reboot by its advisory asks for it as zypper's own patches do.
 */
export const install = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'zypper.install',
    {
      directory: point.directory,
      hashes: hashes('new', point.fresh),
      wanted: [...fileWords(point.directory, 'new', point.fresh), ...goneWords(changes, 'to')],
      packages: namesOf(changes.filter(({from}) => from !== null)),
      files: fileWords(point.directory, 'new', point.fresh),
      automatic: namesOf([...automaticOf(point, point.fresh).map(name => ({name})), ...addedBy(changes)]),
    },
    `${zypperInstall}${keepComplaints}${verifyFiles}${saveConfiguration}${known}${remark}${isThere}${askForReboot}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$4" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
attempt $(known "$3")
code=$?
remark "$6" ''
ask_for_reboot "$5"
return $code`,
    {root: true},
  );

/**
 * Payload: back to the rollback point. One transaction downgrades from the staged files, removes what was added and brings back what was
 * removed; where zypper refuses, as for a package that was locked since, rpm does it. Then marks and configuration files.
 */
export const undo = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'zypper.undo',
    {
      directory: point.directory,
      hashes: hashes('old', point.previous),
      wanted: [...fileWords(point.directory, 'old', point.previous), ...goneWords(changes, 'from')],
      files: fileWords(point.directory, 'old', point.previous),
      added: changes.flatMap(({name, arch, from, to}) =>
        from === null && to !== null ? [`${name}-${to}.${arch}`] : [],
      ),
      automatic: automaticOf(point, point.previous),
      manual: namesOf(addedBy(changes)),
    },
    `${zypperInstall}${keepComplaints}${verifyFiles}${restoreConfiguration}${known}${remark}${isThere}
# Debian's rpm wants to be told that it is meant.
rpm_itself() { if rpm --force-debian --version >/dev/null 2>&1; then rpm --force-debian "$@"; else rpm "$@"; fi; }
umask 022
cd "$1" || return 1
verify "$2" || return 1
attempt --oldpackage $(known "$3")
# rpm would go round the lock that another zypper holds.
[ $? -ne ${lockedCode} ] || return ${lockedCode}
failed=0
for file in $4; do is_there "$file" || failed=1; done
for package in $5; do ! rpm -q "$package" >/dev/null || failed=1; done
if [ $failed -eq 1 ]; then
  echo 'zypper would not go back; rpm does'
  : > attempt.log
  [ -z "$4" ] || rpm_itself -U --oldpackage --replacepkgs --nodeps $4 >> attempt.log 2>&1
  for package in $5; do ! rpm -q "$package" >/dev/null || rpm_itself -e --nodeps "$package" >> attempt.log 2>&1; done
  cat attempt.log; keep_complaints attempt.log
fi
remark "$6" "$7"
restore_configuration
# A reboot that was asked for and not done is needed no more; after one that was done, what runs is the new.
if [ -e reboot-asked ]; then
  rm -f reboot-asked
  if [ -e /run/reboot-needed ]; then rm -f /run/reboot-needed; else touch /run/reboot-needed; fi
fi
return 0`,
    {root: true},
  );
