import {lockHolders} from './locks.ts';
import {askDnf, refuseInLog} from './python.ts';
import {installsBy} from '../library/install.ts';

/**
 * Installs files and removes packages in one transaction. From a file everything would count as wanted by somebody: a package keeps the
 * reason it had, what was or is automatic is a dependency, and what takes another's place is as that was.
 */
const transaction = `${refuseInLog}reason_of = libdnf.transaction.StringToTransactionItemReason

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
    had = {(package.name, package.arch): reason_for(package) for package in made.sack.query().installed()}
    lost = [item.pkg for item in made.transaction if item.action == dnf.transaction.PKG_OBSOLETED]
    taking = [(package.name, had[old.name, old.arch]) for old in lost for package in made.sack.query().filterm(obsoletes=[old])]
    for item in made.transaction:
        if item.action not in dnf.transaction.FORWARD_ACTIONS:
            continue
        taken = [reason for name, reason in taking if name == item.name]
        if item.name + ':' + item.arch in automatic and all(reason == 'dependency' for reason in taken):
            item._item.setReason(reason_of('dependency'))
        else:
            item._item.setReason(reason_of(had.get((item.name, item.arch), 'user')))
    made.do_transaction(display=[Show()])
`;

export const {install, undo} = installsBy('dnf4', {
  program: 'dnf',
  transaction: askDnf(transaction),
  holders: lockHolders,
});
