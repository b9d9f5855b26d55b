import {simulationsBy} from '../library/transaction.ts';
import {askYum} from './python.ts';

const printChanges = `
    say('@@ changes')
    for change in changes(made):
        say(*change)
`;

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
${printChanges}`,
  files: root => `
def main(words):
    made = with_installed(${root})
    request(made, words[0].split('\\n') if words[0] else [], lines(words[1]))
${printChanges}`,
});
