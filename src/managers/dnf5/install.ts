import type {Change} from '../../model/package.ts';
import type {StagedFile, StepPoint} from '../../model/rollback.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {addedBy, environment, goneBy, onlyFiles, splitBack, withoutEpochs} from './transaction.ts';
import {restoreConfiguration, saveConfiguration} from '../rpm/configuration.ts';
import {keepComplaints} from '../rpm/database.ts';
import {hashes, verifyFiles} from '../verify-staged.ts';

/** Shell function `attempt ACTIONS...`: one transaction of staged files. Another's lock makes dnf5 end at once; it is waited for here. */
const attempt = `
${environment}${keepComplaints}
attempt() {
  export DNF5_FORCE_COLUMNS=120 # this one is for people
  try=0
  while :; do
    { dnf5 -y ${onlyFiles} do "$@" 2>&1; echo $? > transaction.code; } | tee transaction.log
    code=$(cat transaction.code)
    if [ "$code" = 0 ] || [ $try -ge 20 ] || ! grep -q 'Failed to obtain rpm transaction lock' transaction.log; then break; fi
    try=$((try + 1)); echo 'another package manager holds the lock; waiting'; sleep 15
  done
  keep_complaints transaction.log
  return "$code"
}
dependencies() { [ -z "$1" ] || dnf5 -q -y --setopt=plugins=0 --disable-repo='*' mark dependency --skip-unavailable $1; }`;

/** dnf5's marks of these packages, as it takes them: `NAME.ARCH`. */
const automaticOf = (marks: readonly string[], files: readonly StagedFile[]): string[] =>
  files.flatMap(({name, arch}) => (marks.includes(`${name}:${arch}`) ? [`${name}.${arch}`] : []));

/**
 * Payload: installs the staged files and nothing else. A package keeps its mark; what is added would count as wanted by somebody, and
 * becomes a dependency, but for what takes another's place (it obsoletes what goes).
 */
export const install = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'dnf5.install',
    {
      directory: point.directory,
      hashes: hashes('new', point.fresh),
      files: point.fresh.map(({file}) => `./new/${file}`),
      gone: goneBy(changes),
      packages: changes.flatMap(({name, arch, from}) => (from === null ? [] : [`${name}.${arch}`])),
      added: point.fresh
        .filter(({name, arch}) =>
          changes.some(
            change =>
              change.name === name && change.arch === arch && change.from === null && change.beside !== true,
          ),
        )
        .map(({file, name, arch}) => `new/${file} ${name}.${arch}`),
      removed: changes.flatMap(({name, to}) => (to === null ? [name] : [])),
    },
    `
${verifyFiles}${saveConfiguration}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$5" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
attempt \${3:+--action=install $3} \${4:+--action=remove $4}
code=$?
dependencies "$(printf '%s\\n' "$6" | while read -r file name; do
  [ -z "$name" ] || rpm -qp --nosignature --qf '[%{OBSOLETENAME}\\n]' "$file" | grep -qxF -e "$7" || printf '%s\\n' "$name"
done)"
return $code`,
    {root: true},
  );

/**
 * Payload: back to the rollback point in one transaction, then marks and configuration files. Where dnf5 refuses, as after what is none
 * of its doing, rpm does it.
 */
export const undo = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'dnf5.undo',
    {
      directory: point.directory,
      hashes: hashes('old', point.previous),
      ...splitBack(point.previous, changes),
      added: withoutEpochs(addedBy(changes)),
      automatic: automaticOf(point.automatic, point.previous),
    },
    `
${verifyFiles}${restoreConfiguration}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
leaving=$(for package in $5; do ! rpm -q "$package" >/dev/null 2>&1 || printf '%s\\n' "$package"; done)
attempt \${3:+--action=downgrade $3} \${4:+--action=install $4} \${leaving:+--action=remove $leaving}; code=$?
if [ $code -ne 0 ]; then
  echo 'dnf5 would not go back; rpm does'
  {
    [ -z "$3$4" ] || rpm -U --oldpackage --replacepkgs --nodeps $3 $4
    for package in $5; do ! rpm -q "$package" >/dev/null 2>&1 || rpm -e --nodeps "$package"; done
  } > transaction.log 2>&1; code=$?
  cat transaction.log
  keep_complaints transaction.log
fi
dependencies "$6"
restore_configuration
return $code`,
    {root: true},
  );
