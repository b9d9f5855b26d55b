import {pendingBy} from '../library/pending.ts';
import {installedLocks} from './locks.ts';
import {askYum} from './python.ts';

/**
 * All that would be newer without any lock or exclusion, against what yum would really install: what is missing there has a class. An
 * update that only a package that obsoletes others brings is that package.
 */
const program = `
${installedLocks}
def told_by(made):
    told, advised = yum.update_md.UpdateMetadata(), set()
    for repository in made.repos.listEnabled():
        try:
            if 'updateinfo' in repository.repoXML.fileTypes():
                told.add(repository)
                advised.add(repository.id)
        except Exception:
            pass # of this one nobody knows what its updates are for
    return told, advised

def version_of(package):
    return (package.epoch or '0', package.version, package.release)

def advisories(told, package, older):
    for notice in sorted(told.get_notices(package.name), key=lambda each: each['update_id']):
        named = [each for part in notice['pkglist'] for each in part['packages'] if each['name'] == package.name]
        versions = [(each['epoch'] or '0', each['version'], each['release']) for each in named]
        if any(compareEVR(each, version_of(package)) <= 0 and
               (older is None or compareEVR(each, version_of(older)) > 0) for each in versions):
            yield notice

def main(words):
    every = with_repositories(locks=False)
    newer = sorted(every.up.getUpdatesTuples())
    plain = with_repositories()
    # What it leaves out as broken it strikes out of what is offered, too.
    offered = set(new for new, old in newer if plain.pkgSack.searchPkgTuple(new))
    plain.conf.skip_broken = True
    plain.update()
    code, said = plain.buildTransaction(unfinished_transactions_check=False)
    if code == 1:
        raise yum.Errors.DepError(' '.join(to_utf8(to_str(each)) for each in said))
    planned = set(member.pkgtup for member in plain.tsInfo.getMembersWithState(None, TS_INSTALL_STATES))
    taking = [(new, old) for new, old in plain.up.getObsoletesTuples(newest=1) if new in planned]
    takes = set(new for new, old in taking)
    lost = set(old for new, old in taking)
    locks = locked(every)
    told, advised = told_by(every)
    release = every.rpmdb.searchProvides('system-release') or every.rpmdb.searchFiles('/etc/os-release')
    own = release[0].vendor if release else None

    def tell(package, older, why):
        if why == '-' and own and package.vendor and package.vendor != own:
            why = 'third-party'
        say('update', package.name, package.arch, evr(older) if older else '-', evr(package), package.sourcerpm or '-',
            package.repoid, why, package.packagesize, 'advised' if package.repoid in advised else '-')
        for each in advisories(told, package, older):
            cves = sorted(set(ref['id'] for ref in each['references'] if ref['type'] == 'cve' and ref['id']))
            say('advisory', each['update_id'], 'security' if each['type'] == 'security' else 'other', each['severity'] or '-',
                ','.join(cves) or '-', 'reboot' if each['reboot_suggested'] else '-')

    say('@@ updates')
    seen = set()
    for new, old in newer:
        if new in seen or old in lost:
            continue
        seen.add(new)
        package = every.getPackageObject(new)
        if new in planned:
            why = 'needs-new-or-removed' if new in takes else '-'
        elif package.name in locks:
            why = 'held'
        elif new not in offered:
            why = 'excluded'
        else:
            why = 'broken-dependency'
        tell(package, every.getInstalledPackageObject(old), why)
    for new in sorted(takes - seen):
        if not every.rpmdb.searchNevra(name=new[0]):
            tell(every.getPackageObject(new), None, 'needs-new-or-removed')
`;

export const pending = pendingBy('yum', {program: 'yum', asked: askYum(program)});
