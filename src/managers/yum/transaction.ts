import {simulationsBy} from '../library/transaction.ts';
import {askYum} from './python.ts';

export const {simulate, simulateStaged, simulateUndo} = simulationsBy('yum', {
  ask: askYum,
  simulate: `
def main(words):
    made = with_repositories()
    wanted = []
    for name, arch, version in lines(words[0]):
        offered = found(made.pkgSack, name, arch, version)
        if not offered:
            raise yum.Errors.DepError(name + ' ' + version + ' is not offered any more, or is held or excluded')
        wanted.append(offered[0])
        made.install(po=offered[0])
    resolve(made, wanted)
`,
});
