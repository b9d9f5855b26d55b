import type {Change} from '../../model/package.ts';
import type {Script} from '../../model/script.ts';
import {roomBy} from '../library/room.ts';
import {stageBy} from '../rpm/staging.ts';
import {askYum, refuseInLog} from './python.ts';

/** `fetch NAME ARCH VERSION` puts the file, of which yum checked sum and signature as its repository has it, into `fetched`; `signed` says whether it wants one. */
const program = `${refuseInLog}
def main(words):
    import shutil
    made = with_repositories(locks=False, fetch=True)
    for package in found(made.pkgSack, *words[1:4]):
        if words[0] == 'signed':
            say('yes' if package.repo.gpgcheck else 'no')
            break
        path = os.path.join(os.path.abspath('fetched'), os.path.basename(package.relativepath))
        package.localpath = path
        problems = made.downloadPkgs([package])
        if problems:
            refuse(' '.join(to_utf8(to_str(each)) for said in problems.values() for each in said))
            continue
        code, said = made.sigCheckPkg(package)
        if code != 0:
            refuse(said)
            yum.misc.unlink_f(path)
            continue
        # A repository in a folder of the host gives its own file.
        if package.localPkg() != path:
            shutil.copy(package.localPkg(), path)
        break
`;

export const stage = (args: {directory: string; changes: readonly Change[]}): Script =>
  stageBy(
    'yum',
    {
      prepare: askYum(program),
      fetch: '  ask_library fetch "$1" "$2" "$3"',
      isSigned: '  [ "$(ask_library signed "$1" "$2" "$3")" != no ]',
      cached: '/var/cache/yum/*/*/*/packages/*.rpm',
    },
    args,
  );

export const room = roomBy(
  'yum',
  askYum(`
def refuse(problem):
    pass

def main(words):
    made = with_repositories(locks=False)
    total = 0
    for name, arch, version in lines(words[0]):
        package = found(made.pkgSack, name, arch, version)[0]
        total += int(package.packagesize) + int(package.installedsize)
    say(total)
`),
);
