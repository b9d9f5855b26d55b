import {askLibrary} from '../library/python.ts';

/**
 * dnf4 is asked in its own language, as its command says less than it knows: a table that -q hides, "nothing to do" for what was
 * excluded, 0 for what was skipped. Its library gives exact transactions, and is what the command itself uses.
 */
const prologue = `
import logging, os, sys
import dnf, dnf.callback, dnf.conf, dnf.exceptions, dnf.subject, dnf.transaction, hawkey, libdnf.transaction
logging.disable(logging.CRITICAL)

def say(*words):
    print('\\t'.join(str(word) for word in words), flush=True)

def lines(text):
    return [line.split(' ') for line in text.split('\\n') if line]

def configured(root=None):
    made = dnf.Base()
    made.conf.read(priority=dnf.conf.PRIO_MAINCONFIG)
    try:
        made.conf.substitutions.update_from_etc('/', varsdir=made.conf.varsdir)
    except (AttributeError, TypeError): # before 4.2.17 (RHEL 8.2) it knows one folder
        made.conf.substitutions.update_from_etc('/')
    if made.conf.substitutions.get('releasever') is None:
        made.conf.substitutions['releasever'] = ''
    made.conf.best = True
    made.conf.exit_on_lock = True
    made.conf.clean_requirements_on_remove = False
    if root is not None:
        made.conf.installroot = root
        made.conf.cachedir = root + '/cache'
    return made

def repositories(locks=True, fetch=False):
    made = configured()
    made.conf.cachedir = made.conf.system_cachedir
    made.conf.cacheonly = not fetch
    if not locks:
        made.conf.disable_excludes = ['all']
    made.read_all_repos()
    if locks:
        made.init_plugins(disabled_glob=['*'], enable_plugins=['versionlock'])
        made.pre_configure_plugins()
        made.configure_plugins()
    for repository in made.repos.iter_enabled():
        repository.skip_if_unavailable = False
        repository.metadata_expire = -1
    return made

def with_repositories(**how):
    made = repositories(**how)
    made.fill_sack()
    return made

def with_installed(root=None):
    made = configured(root)
    made.fill_sack(load_available_repos=False)
    return made

# A package knows its own reason from 4.2.17 on.
def reason_for(package):
    reason = package.base.history.rpm.get_reason(package)
    return libdnf.transaction.TransactionItemReasonToString(reason)

# Files that are there already ask for nothing; what has to go and is gone does not either.
def request(made, files, gone):
    for package in made.add_remote_rpms(files, strict=True):
        made.package_install(package)
    for name, arch, version in gone:
        for package in made.sack.query().installed().filter(name=name, arch=arch, evr=version):
            made.package_remove(package)
    made.resolve()

def changes(made):
    several = {package.name for package in made._get_installonly_query()}
    found = {}
    for item in made.transaction:
        forth = item.action in dnf.transaction.FORWARD_ACTIONS
        if not forth and item.action not in dnf.transaction.BACKWARD_ACTIONS:
            continue
        beside = item.name in several
        key = (item.name, item.arch, item.evr if beside else '')
        change = found.setdefault(key, ['-', '-', 'beside' if beside else '-'])
        change[1 if forth else 0] = item.evr
    return [(key[0], key[1], *change) for key, change in sorted(found.items())]

def in_words(problem):
    return ' '.join(str(problem).split())[:500] or type(problem).__name__

def refuse(problem):
    print('@@ refused')
    print(in_words(problem))
`;

/** Shell function `ask_library`, of dnf4's. */
export const askDnf = (body: string): string =>
  askLibrary(
    {program: 'dnf', isIt: 'case $interpreter in *python*) ;; *) false ;; esac', locale: 'C.UTF-8', prologue},
    body,
  );

/** Python for payloads: what is raised is why the job did not do its work; the lock of another is worth another try. */
export const refuseInLog = `
def refuse(problem):
    if isinstance(problem, dnf.exceptions.LockError):
        sys.exit(75)
    print('patchdeck-error dnf refused: ' + in_words(problem), flush=True)
`;

/** Shell text: it is here, and is not dnf5, which is no script. */
export const isThere = '[ "$(head -c 2 "$(command -v dnf 2>/dev/null)" 2>/dev/null)" = "#!" ]';
