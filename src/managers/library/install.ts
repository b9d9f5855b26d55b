import type {ManagerId} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {defineScript} from '../../model/script.ts';
import type {Manager} from '../manager.ts';
import {patiently} from './lock.ts';
import {addedBy, goneBy} from './transaction.ts';
import {keepComplaints} from '../rpm/database.ts';
import {restoreConfiguration, saveConfiguration} from '../rpm/configuration.ts';
import {hashes, verifyFiles} from '../verify-staged.ts';

/**
 * While somebody holds rpm's own lock nothing is begun: the library would wait there without end. All that is printed is kept, for what
 * scriptlets say.
 */
const attempt = `
transact() {
  [ -z "$(holder)" ] || return 75
  : > transaction.log
  ask_library "$@" >> transaction.log &
  child=$!
  tail --pid=$child -n +1 -f transaction.log
  wait $child; code=$?
  keep_complaints transaction.log
  return $code
}
attempt() { patiently transact "$@"; }`;

/** Marks of these packages: `NAME:ARCH`, as `marks` reads them. */
const marksOf = (marks: readonly string[], files: readonly StagedFile[]): string[] => {
  const here = new Set(files.map(({name, arch}) => `${name}:${arch}`));
  return marks.filter(mark => here.has(mark));
};

/**
 * Install and undo by a library that is asked. `transaction` is shell text that makes of it a function `ask_library FILES REMOVALS AUTOMATIC`:
 * one transaction, which ends with 75 where another holds the lock, and prints what scriptlets say. `holders`: shell text that prints who does.
 */
export const installsBy = (
  manager: ManagerId,
  {program, transaction, holders}: {program: string; transaction: string; holders: string},
): Pick<Manager, 'install' | 'undo'> => ({
  /** Payload: installs the staged files and nothing else. */
  install: ({point, changes}) =>
    defineScript(
      `${manager}.install`,
      {
        directory: point.directory,
        hashes: hashes('new', point.fresh),
        files: point.fresh.map(({file}) => `new/${file}`),
        gone: goneBy(changes),
        automatic: [
          ...marksOf(point.automatic, point.fresh),
          ...changes.flatMap(({name, arch, from, beside}) =>
            from === null && beside !== true ? [`${name}:${arch}`] : [],
          ),
        ],
        packages: changes.flatMap(({name, arch, from}) => (from === null ? [] : [`${name}.${arch}`])),
      },
      `${verifyFiles}${saveConfiguration}${keepComplaints}${transaction}${patiently(holders)}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$6" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
attempt "$3" "$4" "$5"`,
      {root: true},
    ),
  /**
   * Payload: back to the rollback point in one transaction, then configuration files. Where the manager refuses, as after what is none of its
   * doing, rpm does it.
   */
  undo: ({point, changes}) =>
    defineScript(
      `${manager}.undo`,
      {
        directory: point.directory,
        hashes: hashes('old', point.previous),
        files: point.previous.map(({file}) => `old/${file}`),
        added: addedBy(changes),
        automatic: marksOf(point.automatic, point.previous),
        leave: changes.flatMap(({name, arch, from, to}) =>
          from === null && to !== null ? [`${name}-${to.replace(/^\d+:/, '')}.${arch}`] : [],
        ),
      },
      `${verifyFiles}${restoreConfiguration}${keepComplaints}${transaction}${patiently(holders)}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
attempt "$3" "$4" "$5"; code=$?
# rpm would wait for the same lock.
[ $code -ne 75 ] || return 75
if [ $code -ne 0 ]; then
  echo '${program} would not go back; rpm does'
  {
    [ -z "$3" ] || rpm -U --oldpackage --replacepkgs --nodeps $3
    for package in $6; do ! rpm -q "$package" >/dev/null 2>&1 || rpm -e --nodeps "$package"; done
  } > transaction.log 2>&1; code=$?
  cat transaction.log
  keep_complaints transaction.log
fi
restore_configuration
return $code`,
      {root: true},
    ),
});
