import {defineScript, type Probe} from '../../model/script.ts';
import {lockHolders} from './locks.ts';
import {askDnf} from './python.ts';
import type {RefreshAnswer} from '../manager.ts';
import {noRepository} from '../no-repository.ts';
import {readRefreshedAt} from '../refreshed-at.ts';
import {readRefresh} from '../rpm/answers.ts';

/**
 * A dead repository is left out in silence, with 0, unless skip_if_unavailable is off. Without exit_on_lock dnf waits for its lock for
 * ever; an option it does not know it only warns of.
 */
export const refresh: Probe<undefined, RefreshAnswer> = {
  script: () =>
    defineScript(
      'dnf4.refresh',
      {},
      `
export LC_ALL=C.UTF-8
try=0
while :; do
  answer=$(dnf -q makecache --refresh --setopt='*.skip_if_unavailable=0' --setopt=skip_if_unavailable=0 --setopt=exit_on_lock=1 2>&1); code=$?
  [ $code -ne 0 ] || break
  case $answer in *[Ll]ock*) ;; *) break ;; esac
  [ $try -lt 20 ] || break
  try=$((try + 1)); sleep 3
done
printf '@@ code\\n%s\\n@@ failures\\n' "$code"
printf '%s\\n' "$answer" | grep -E '^(Error|Warning|Ignoring|Failed|.*before setopt)' | head -n 20
[ -n "$(dnf -q -C repolist 2>/dev/null)" ] || echo '${noRepository}'
[ $code -eq 0 ] || { ${lockHolders}
} | sort -u | sed 's/$/ holds the lock/'
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => readRefresh('dnf4.refresh', raw),
};

/**
 * The enabled repository that was looked at least recently says how old they are. A look that finds all as it was counts: dnf sets the time of
 * its copy anew then. One that was never looked at is an error.
 */
export const lists: Probe<undefined, number | undefined> = {
  script: () =>
    defineScript(
      'dnf4.lists',
      {},
      `${askDnf(`
def refuse(problem):
    pass

def main(words):
    times = []
    for each in repositories(locks=False).repos.iter_enabled():
        each.load()
        times.append(each._repo.getTimestamp())
    if times:
        say(min(times))
`)}
echo '@@ refreshed'
ask_library
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => readRefreshedAt('dnf4.lists', raw),
};
