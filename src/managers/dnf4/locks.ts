import {lockFileHolders, lockHolders as rpmLockHolders} from '../rpm/database.ts';

/** Shell text for root: processes that hold a lock which dnf needs, rpm's or one of its own. */
export const lockHolders = `${rpmLockHolders}
${lockFileHolders('/var/lib/dnf/rpmdb_lock.pid', '/var/cache/dnf/metadata_lock.pid', '/var/cache/dnf/download_lock.pid')}`;

/**
 * Python: `locked(sack)` gives the names of installed packages that the plugin `versionlock` holds, and `marks(sack)` prints what came as
 * a dependency.
 */
export const installedLocks = `
def locked(sack):
    import configparser
    settings = configparser.ConfigParser(interpolation=None)
    settings.read('/etc/dnf/plugins/versionlock.conf')
    path = settings.get('main', 'locklist', fallback='')
    if not os.path.exists(path) or not settings.getboolean('main', 'enabled', fallback=True):
        return set()
    forms = [hawkey.FORM_NEVRA, hawkey.FORM_NEVR, hawkey.FORM_NEV, hawkey.FORM_NA, hawkey.FORM_NAME]
    names = set()
    with open(path) as file:
        for line in file:
            pattern = line.split('#')[0].strip()
            if not pattern or pattern[0] == '!':
                continue
            for form in dnf.subject.Subject(pattern).get_nevra_possibilities(forms=forms):
                held = sack.query().installed().filter(name__glob=form.name) if form.name else []
                names |= {package.name for package in held}
                if held:
                    break
    return names
`;
