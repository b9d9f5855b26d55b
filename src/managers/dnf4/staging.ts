import type {Change} from '../../model/package.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {lockHolders} from './locks.ts';
import {askDnf, refuseInLog} from './python.ts';
import {patiently} from '../library/lock.ts';
import {roomBy} from '../library/room.ts';
import {removeOldStaging} from '../old-staging.ts';
import {specOf} from '../staging.ts';

/**
 * New packages come from the repositories, where dnf checks their sums and, as the repository has it, their signatures: without that a
 * file counts as missing. Previous ones: dnf's cache, then the repositories. The manifest is written last.
 */
const program = `${refuseInLog}import glob, hashlib, rpm, shutil, subprocess

def check_file(path, *how):
    return subprocess.run(['rpmkeys', '-K', *how, path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

# "DIGESTS signatures NOT OK", the bad part in capitals.
def in_rpms_words(path):
    return ' (' + check_file(path).stdout.decode().strip().split(': ')[-1] + ')'

# Who signed it is asked where its repository wants to know.
def is_package(path, name, arch, version):
    transaction = rpm.TransactionSet()
    transaction.setVSFlags(rpm._RPMVSF_NOSIGNATURES | rpm._RPMVSF_NODIGESTS)
    with open(path) as file:
        header = transaction.hdrFromFdno(file.fileno())
    text = header.sprintf('%{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}')
    wanted = name + ' ' + arch + ' ' + (version if ':' in version else '0:' + version)
    return text == wanted and check_file(path, '--nosignature').returncode == 0

def fetch(made, folder, name, arch, version):
    # Before 4.2.23 (RHEL 8.3) it is not public.
    check_signature = getattr(made, 'package_signature_check', made._sig_check_pkg)
    for package in made.sack.query().available().filter(name=name, arch=arch, evr=version):
        package.repo.pkgdir = folder
        for _ in range(3):
            try:
                made.download_packages([package])
                code, said = check_signature(package)
                if code == 0:
                    return package.localPkg()
                # dnf's "problem opening package" is one that was changed since it was signed: rpm says so.
                refuse(said + in_rpms_words(package.localPkg()))
                break
            except dnf.exceptions.Error as problem:
                refuse(problem)
    return None

def main(words):
    made = with_repositories(locks=False, fetch=True)
    fresh, previous = lines(words[0]), lines(words[1])
    manifest, failed, done = [], False, 0

    def keep(folder, item, source):
        file = item_file(*item)
        path = os.path.join(folder, file)
        with open(path, 'rb') as opened:
            digest = hashlib.sha256(opened.read()).hexdigest()
        manifest.append([folder, *item, file, digest, os.path.getsize(path), source])

    def item_file(name, arch, version):
        return name + '_' + version.replace(':', '%3a') + '_' + arch + '.rpm'

    def step(*said):
        nonlocal done
        done += 1
        print('patchdeck-progress', done * 100 // (len(fresh) + len(previous)), *said, flush=True)

    for item in fresh:
        path = os.path.join('new', item_file(*item))
        if not (os.path.exists(path) and os.path.exists(path + '.whole') and is_package(path, *item)):
            got = fetch(made, os.path.abspath('new'), *item)
            if got is not None and is_package(got, *item):
                os.rename(got, path)
                open(path + '.whole', 'w').close()
            else:
                if got is not None:
                    refuse(os.path.basename(got) + ' is not what it should be' + in_rpms_words(got))
                print('patchdeck-missing new', item[0], item[2], flush=True)
                failed = True
                continue
        keep('new', item, 'archive')
        step('new', item[0], item[2])
    for item in previous:
        name, arch, version = item
        path = os.path.join('old', item_file(*item))
        source = None
        if os.path.exists(path + '.source') and os.path.exists(path) and is_package(path, *item):
            source = open(path + '.source').read()
        if source is None:
            kept = glob.glob(made.conf.cachedir + '/*/packages/' + glob.escape(name + '-' + version.split(':')[-1] + '.' + arch + '.rpm'))
            for found in kept:
                if is_package(found, *item):
                    shutil.copy(found, path)
                    source = 'cache'
                    break
        if source is None:
            got = fetch(made, os.path.abspath('old'), *item)
            if got is not None and is_package(got, *item):
                os.rename(got, path)
                source = 'archive'
        if source is None:
            manifest.append(['gone', *item])
            step('old', name, version, 'is gone')
        else:
            with open(path + '.source', 'w') as file:
                file.write(source)
            keep('old', item, source)
            step('old', name, version, '(' + source + ')')
    with open('manifest.part', 'w') as file:
        for line in manifest:
            print(*line, sep='\\t', file=file)
    if failed:
        sys.exit(1)
`;

/** Payload of the staging job. */
export const stage = ({directory, changes}: {directory: string; changes: readonly Change[]}): Script =>
  defineScript(
    'dnf4.stage',
    {
      directory,
      fresh: specOf(changes.map(change => ({...change, version: change.to}))),
      previous: specOf(changes.map(change => ({...change, version: change.from}))),
    },
    `${askDnf(program)}${patiently(lockHolders)}
umask 077
mkdir -p "$1/new" "$1/old" && cd "$1" || return 1
${removeOldStaging}
patiently ask_library "$2" "$3"; code=$?
[ -f manifest.part ] || return 1
sync
mv manifest.part manifest
return $code`,
    {root: true},
  );

/** Nothing where a version is not in the lists. */
export const room = roomBy(
  'dnf4',
  askDnf(`
def main(words):
    made = with_repositories(locks=False)
    total = 0
    for name, arch, version in lines(words[0]):
        package = made.sack.query().available().filter(name=name, arch=arch, evr=version)[0]
        total += package.downloadsize + package.installsize
    say(total)
`),
);
