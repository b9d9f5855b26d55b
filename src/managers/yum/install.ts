import {installsBy} from '../library/install.ts';
import {lockHolders} from './locks.ts';
import {askYum, refuseInLog} from './python.ts';

/**
 * Installs files and removes packages in one transaction. From a file everything would count as wanted by somebody: a package keeps the
 * reason it had, what was or is automatic is a dependency, and what takes another's place is as that was.
 */
const transaction = `${refuseInLog}
class Show(yum.rpmtrans.RPMBaseCallback):
    last = ''

    def event(self, package, action, te_current, te_total, ts_current, ts_total):
        share = float(te_current) / te_total if te_total else 0
        percent = int((ts_current - 1 + share) * 100 / (ts_total or 1))
        line = str(max(0, min(100, percent))) + ' ' + to_utf8(to_str(package))
        if line != self.last:
            say('patchdeck-progress ' + line)
        self.last = line

    def scriptout(self, package, msgs):
        if msgs:
            say(to_str(msgs).rstrip())

    def errorlog(self, msg):
        say(msg)

def main(words):
    made = with_installed()
    try:
        made.doLock()
    except yum.Errors.LockError:
        sys.exit(75)
    request(made, words[0].split('\\n') if words[0] else [], lines(words[1]))
    automatic = set(words[2].split('\\n'))
    had = dict(((each.name, each.arch), each.yumdb_info.get('reason', 'user')) for each in made.rpmdb.returnPackages())
    for member in made.tsInfo.getMembersWithState(None, TS_INSTALL_STATES):
        taken = [had.get((old.name, old.arch), 'user') for old in member.obsoletes]
        if member.name + ':' + member.arch in automatic and all(reason == 'dep' for reason in taken):
            member.reason = 'dep'
        else:
            member.reason = had.get((member.name, member.arch), 'user')
    if made.tsInfo.getMembers():
        made.processTransaction(rpmDisplay=Show())
    made.doUnlock()
`;

export const {install, undo} = installsBy('yum', {
  program: 'yum',
  transaction: askYum(transaction),
  holders: lockHolders,
});
