import {askDnf} from './python.ts';
import {simulationsBy} from '../library/transaction.ts';

export const {simulate, simulateStaged, simulateUndo} = simulationsBy('dnf4', {
  ask: askDnf,
  // Nothing is skipped: best is wanted of all.
  simulate: `
def main(words):
    made = with_repositories()
    for name, arch, version in lines(words[0]):
        offered = made.sack.query().available().filter(name=name, arch=arch, evr=version)
        if not offered:
            raise dnf.exceptions.Error(name + ' ' + version + ' is not offered any more, or is held or excluded')
        made.package_install(offered[0])
    made.resolve()
`,
});
