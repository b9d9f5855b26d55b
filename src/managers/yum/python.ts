import {askLibrary} from '../library/python.ts';

/**
 * yum is asked in its own language, Python 2, through the library `yum.YumBase` that its command, yum-utils and Ansible use: the command
 * breaks the lines of its table where the terminal ends, and -q hides what it did not do. What yum prints on its own is no answer: its
 * output goes where its errors go.
 */
const prologue = `
import logging, os, sys
answers = os.fdopen(os.dup(1), 'w')
os.dup2(2, 1)
import yum, yum.Errors, yum.misc, yum.packages, yum.rpmtrans, yum.update_md
from rpmUtils.miscutils import compareEVR, splitFilename
from yum.constants import TS_INSTALL_STATES, TS_REMOVE_STATES
from yum.i18n import to_str, to_utf8
logging.disable(logging.CRITICAL)

def say(*words):
    answers.write('\\t'.join(to_utf8(to_str(word)) for word in words) + '\\n')
    answers.flush()

def lines(text):
    return [line.split(' ') for line in text.split('\\n') if line]

def configured(root=None, plugins=False, without=()):
    made = yum.YumBase()
    made.preconf.debuglevel = 0
    made.preconf.errorlevel = 0
    made.preconf.init_plugins = plugins
    made.preconf.disabled_plugins = list(without)
    if root is not None:
        made.preconf.root = root
        made.preconf.releasever = '/'
    made.conf.assumeyes = True
    made.conf.skip_broken = False
    made.conf.clean_requirements_on_remove = False
    made.conf.deltarpm = 0
    # Signatures were looked at when the files were staged.
    made.conf.localpkg_gpgcheck = False
    return made

# With its plugins, as they decide what yum would install: priorities, and whose repositories those of a vendor are.
def with_repositories(locks=True, fetch=False):
    made = configured(plugins=True, without=[] if locks else ['versionlock'])
    made.conf.cache = 0 if fetch else 1
    if not locks:
        made.conf.disable_excludes = ['all']
    for repository in made.repos.listEnabled():
        repository.skip_if_unavailable = False
        repository.metadata_expire = -1
    return made

def with_installed(root=None):
    made = configured(root)
    made.repos.disableRepo('*')
    return made

def evr(package):
    text = package.version + '-' + package.release
    return text if package.epoch in (None, '', '0') else package.epoch + ':' + text

def found(sack, name, arch, version):
    epoch, _, rest = version.rpartition(':')
    number, release = rest.rsplit('-', 1)
    return sack.searchNevra(name=name, epoch=epoch or '0', ver=number, rel=release, arch=arch)

def resolve(made, wanted):
    code, said = made.buildTransaction(unfinished_transactions_check=False)
    if code == 1:
        raise yum.Errors.DepError(' '.join(to_utf8(to_str(each)) for each in said))
    # What it would rather not do, it leaves out without a word.
    coming = set(member.pkgtup for member in made.tsInfo.getMembersWithState(None, TS_INSTALL_STATES))
    for package in wanted:
        if package.pkgtup not in coming and not made.rpmdb.contains(po=package):
            raise yum.Errors.DepError(package.name + ' ' + evr(package) + ' would not be installed, and yum does not say why')

# Files that are there already ask for nothing; what has to go and is gone does not either.
def request(made, files, gone):
    reading = made.rpmdb.readOnlyTS()
    wanted = [yum.packages.YumLocalPackage(ts=reading, filename=path) for path in files]
    going = [package for item in gone for package in found(made.rpmdb, *item)]
    for package in wanted:
        here = made.rpmdb.searchNevra(name=package.name, arch=package.arch)
        if any(each.verEQ(package) for each in here):
            continue
        if package.obsoletedBy(going):
            # installLocal would refuse it for the sake of what goes.
            made.install(po=package)
        elif not made.allowedMultipleInstalls(package) and any(each.verGT(package) for each in here):
            made.downgradeLocal(package.localpath, po=package)
        else:
            made.installLocal(package.localpath, po=package)
    for package in going:
        if not made.tsInfo.getMembersWithState(package.pkgtup, TS_REMOVE_STATES):
            made.remove(po=package)
    resolve(made, wanted)

def changes(made):
    told = {}
    for member in made.tsInfo.getMembers():
        forth = member.output_state in TS_INSTALL_STATES
        if not forth and member.output_state not in TS_REMOVE_STATES:
            continue
        beside = made.allowedMultipleInstalls(member.po)
        key = (member.name, member.arch, evr(member.po) if beside else '')
        change = told.setdefault(key, ['-', '-', 'beside' if beside else '-'])
        change[1 if forth else 0] = evr(member.po)
    return [(key[0], key[1]) + tuple(change) for key, change in sorted(told.items()) if change[0] != change[1]]

def in_words(problem):
    try:
        text = to_utf8(unicode(problem))
    except UnicodeError:
        text = str(problem)
    return ' '.join(text.split())[:500] or type(problem).__name__

def refuse(problem):
    say('@@ refused')
    say(in_words(problem))
`;

/** Shell function `ask_library`, of yum's. */
export const askYum = (body: string): string =>
  askLibrary({program: 'yum', isIt: 'grep -q yummain "$program"', locale: 'C', prologue}, body);

/** Python for payloads: what is raised is a line of the job's log. */
export const refuseInLog = `
def refuse(problem):
    say('patchdeck-error yum refused: ' + in_words(problem))
`;

/** Shell text: it is here, and is not the dnf that answers to its name. */
export const isThere = 'grep -q yummain "$(command -v yum 2>/dev/null)" 2>/dev/null';
