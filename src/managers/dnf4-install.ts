import type {Change} from '../model/package.ts';
import type {StagedFile, StepPoint} from '../model/rollback.ts';
import {defineScript, type Script} from '../model/script.ts';
import {askDnf, refuseInLog} from './dnf4-python.ts';
import {addedBy, goneBy} from './dnf4-transaction.ts';
import {keepComplaints} from './rpm-database.ts';
import {restoreConfiguration, saveConfiguration} from './rpm-configuration.ts';
import {hashes, verifyFiles} from './verify-staged.ts';

/**
 * Installs files and removes packages in one transaction. From a file everything would count as wanted by somebody: a package keeps the
 * reason it had, what was or is automatic is a dependency, and what takes another's place is as that was.
 */
const transaction = `${refuseInLog}import libdnf.transaction, re
reason_of = libdnf.transaction.StringToTransactionItemReason

class Show(dnf.callback.TransactionProgress):
    last = ''

    def progress(self, package, action, ti_done, ti_total, ts_done, ts_total):
        if action not in dnf.transaction.FORWARD_ACTIONS and action not in dnf.transaction.BACKWARD_ACTIONS:
            return
        percent = int((ts_done - 1 + ti_done / (ti_total or 1)) * 100 / (ts_total or 1))
        line = str(percent) + ' ' + str(package)
        if line != self.last:
            print('patchdeck-progress', line, flush=True)
        self.last = line

    def scriptout(self, messages):
        if messages:
            print(messages.decode(errors='replace') if isinstance(messages, bytes) else messages, flush=True)

    def error(self, message):
        print(message, flush=True)

def main(words):
    made = with_installed()
    request(made, words[0].split('\\n') if words[0] else [], lines(words[1]))
    automatic = set(words[2].split('\\n'))
    had = {(package.name, package.arch): package.reason for package in made.sack.query().installed()}
    lost = [item.pkg for item in made.transaction if item.action == dnf.transaction.PKG_OBSOLETED]
    taking = [(package.name, had[old.name, old.arch]) for old in lost for package in made.sack.query().filterm(obsoletes=[old])]
    for item in made.transaction:
        if item.action not in dnf.transaction.FORWARD_ACTIONS:
            continue
        taken = [reason for name, reason in taking if name == item.name]
        if item.name + ':' + item.arch in automatic and all(reason == 'dependency' for reason in taken):
            item.reason = reason_of('dependency')
        else:
            item.reason = reason_of(had.get((item.name, item.arch), 'user'))
    try:
        made.do_transaction(display=[Show()])
    except dnf.exceptions.LockError:
        sys.exit(75)
`;

/** Another's lock is waited for: dnf itself would wait for ever. All that is printed is kept, for what scriptlets say. */
const attempt = `
attempt() {
  try=0
  while :; do
    : > transaction.log
    ask_dnf "$@" >> transaction.log &
    child=$!
    tail --pid=$child -n +1 -f transaction.log
    wait $child; code=$?
    if [ $code -ne 75 ] || [ $try -ge 20 ]; then break; fi
    try=$((try + 1)); echo "another package manager holds the lock; waiting"; sleep 15
  done
  keep_complaints transaction.log
  return $code
}`;

/** dnf's marks of these packages: `NAME:ARCH`, as \`marks\` reads them. */
const marksOf = (marks: readonly string[], files: readonly StagedFile[]): string[] => {
  const here = new Set(files.map(({name, arch}) => `${name}:${arch}`));
  return marks.filter(mark => here.has(mark));
};

/** Payload: installs the staged files and nothing else. */
export const install = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'dnf4.install',
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
    `${verifyFiles}${saveConfiguration}${keepComplaints}${askDnf(transaction)}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
save_configuration "$6" || { echo 'patchdeck-error the configuration files could not be saved; nothing was installed'; return 1; }
attempt "$3" "$4" "$5"`,
    {root: true},
  );

/**
 * Payload: back to the rollback point in one transaction, then configuration files. Where dnf refuses, as after what is none of its
 * doing, rpm does it.
 */
export const undo = ({point, changes}: {point: StepPoint; changes: readonly Change[]}): Script =>
  defineScript(
    'dnf4.undo',
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
    `${verifyFiles}${restoreConfiguration}${keepComplaints}${askDnf(transaction)}${attempt}
umask 022
cd "$1" || return 1
verify "$2" || return 1
attempt "$3" "$4" "$5"; code=$?
if [ $code -ne 0 ]; then
  echo 'dnf would not go back; rpm does'
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
  );
