import {lockFileHolders, lockHolders as rpmLockHolders} from '../rpm/database.ts';

/** Shell text for root: processes that hold a lock which yum needs, rpm's or its own. */
export const lockHolders = `${rpmLockHolders}
${lockFileHolders('/var/run/yum.pid')}`;

/** Python: `locked(made)` gives the names of installed packages that the plugin `versionlock` holds: `EPOCH:NAME-VERSION-RELEASE.*`, a line each. */
export const installedLocks = `
def locked(made):
    import ConfigParser
    settings = ConfigParser.RawConfigParser({'enabled': '1', 'locklist': ''})
    settings.read('/etc/yum/pluginconf.d/versionlock.conf')
    if not settings.has_section('main') or not settings.getboolean('main', 'enabled'):
        return set()
    path = settings.get('main', 'locklist')
    if path.startswith('file:'):
        path = path[len('file:'):]
    if not os.path.exists(path):
        return set()
    with open(path) as listed:
        entries = [line.strip() for line in listed]
    # A "!" keeps one version out, which holds nothing.
    names = set(splitFilename(each)[0].lower() for each in entries if each and each[0] not in '#!')
    return set(package.name for package in made.rpmdb.returnPackages() if package.name.lower() in names)
`;
