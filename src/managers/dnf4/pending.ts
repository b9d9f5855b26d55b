import {installedLocks} from './locks.ts';
import {askDnf} from './python.ts';
import {pendingBy} from '../library/pending.ts';

/**
 * All that would be newer without any lock or exclusion, against what dnf would really install: what is missing there has a class. An
 * update that only a package that obsoletes others brings is that package.
 */
const program = `
${installedLocks}
def advisories(sack, older, package):
    found = {advisory.id: advisory for advisory in package.get_advisories(hawkey.EQ)}
    for advisory in older.get_advisories(hawkey.GT) if older else []:
        if any(each.name == package.name and sack.evr_cmp(each.evr, package.evr) <= 0 for each in advisory.packages):
            found[advisory.id] = advisory
    return found.values()

# The library does not pass on which advisories want a reboot: the repository's own file says it.
def wanting_reboot(path):
    import gzip, lzma
    from xml.etree import ElementTree
    found = set()
    with {'.gz': gzip.open, '.xz': lzma.open}.get(os.path.splitext(path)[1], open)(path, 'rb') as file:
        for _, element in ElementTree.iterparse(file):
            if element.tag == 'update':
                if any((each.text or '').strip().lower() in ('true', '1') for each in element.iter('reboot_suggested')):
                    found.add(element.findtext('id'))
                element.clear()
    return found

# Nobody says it before libdnf 0.55 (RHEL 8.4).
def vendor_of(package):
    return getattr(package, 'vendor', None)

# Nor where the file is before 0.35 (RHEL 8.1): whether a repository has advisories is not known then.
def advisory_file(repository):
    find = getattr(repository._repo, 'getMetadataPath', None)
    return find('updateinfo') if find else ''

# Rocky's advisories are not of all that closes a hole: there, none says nothing.
def say_all():
    with open('/etc/os-release') as file:
        return not any(line.strip() in ('ID=rocky', 'ID="rocky"') for line in file)

# Another repository of a better priority has the package, too: no other version of it is taken.
def outranked(sack, package):
    same = sack.query().available().filter(name=package.name)
    return any(other.repo.priority < package.repo.priority for other in same)

def main(words):
    plain = with_repositories()
    plain.conf.best = False
    plain.upgrade_all()
    plain.resolve()
    every = with_repositories(locks=False)
    planned = {(item.name, item.arch, item.evr) for item in plain.transaction if item.action in dnf.transaction.FORWARD_ACTIONS}
    lost = [item.pkg for item in plain.transaction if item.action == dnf.transaction.PKG_OBSOLETED]
    taking = plain.sack.query().available().filterm(obsoletes=lost) if lost else []
    takes = {(package.name, package.evr) for package in taking} & {(name, version) for name, _, version in planned}
    locks = locked(every.sack)
    told = {each.id: advisory_file(each) for each in every.repos.iter_enabled()}
    advised = {repository for repository, path in told.items() if path} if say_all() else set()
    reboots = set()
    for path in filter(None, told.values()):
        try:
            reboots |= wanting_reboot(path)
        except Exception:
            pass # compressed in a way that this Python cannot read
    here = every.sack.query().installed()
    release = here.filter(provides='system-release') or here.filter(file='/etc/os-release')
    own = vendor_of(release[0]) if release else None

    def tell(package, older, why):
        if why == '-' and own and vendor_of(package) not in (own, None, ''):
            why = 'third-party'
        say('update', package.name, package.arch, older.evr if older else '-', package.evr, package.sourcerpm or '-',
            package.repoid, why, package.downloadsize, 'advised' if package.repoid in advised else '-')
        for each in advisories(every.sack, older, package):
            say('advisory', each.id, 'security' if each.type == hawkey.ADVISORY_SECURITY else 'other', each.severity or '-',
                ','.join(sorted({ref.id for ref in each.references if ref.type == hawkey.REFERENCE_CVE})) or '-',
                'reboot' if each.id in reboots else '-')

    print('@@ updates')
    offered = every.sack.query().upgrades().latest()
    for package in offered:
        same = here.filter(name=package.name).latest()
        older = ([each for each in same if each.arch == package.arch] or list(same))[0]
        key = (package.name, package.arch, package.evr)
        if key in planned:
            why = 'needs-new-or-removed' if (package.name, package.evr) in takes else '-'
        elif package.name in locks:
            why = 'held'
        elif outranked(plain.sack, package) or not plain.sack.query().available().filter(
                name=package.name, arch=package.arch, evr=package.evr):
            why = 'excluded'
        else:
            why = 'broken-dependency'
        tell(package, older, why)
    for package in taking:
        if (package.name, package.evr) in takes and not here.filter(name=package.name):
            tell(package, None, 'needs-new-or-removed')
`;

export const pending = pendingBy('dnf4', {program: 'dnf', asked: askDnf(program)});
