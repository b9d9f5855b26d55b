import {linesOf, sections} from '../model/answer.ts';
import {defineScript, type Probe} from '../model/script.ts';

/*
 * What is kept of configuration in a step's directory: `configuration.list` and `configuration.sums`, the files before the first change and
 * their checksums; `configuration.leftovers`, what the shell function `leftovers` of a manager printed then. In words that busybox knows.
 */

/** Shell text, in that directory: removes what was left beside configuration files since. */
export const removeLeftovers = `leftovers | while IFS= read -r path; do
    grep -qxF -e "$path" configuration.leftovers || rm -f "$path"
  done`;

/** Shell text, in that directory: the files that are not as they were, a line each. */
export const printChanged = `sha256sum -c configuration.sums 2>/dev/null | sed -n 's/: FAILED.*//p'`;

/**
 * Configuration files that are not as they were before the install, and what was left beside them since. `leftovers` defines the shell
 * function; `besides` is shell text that prints further ones.
 */
export const changedConfigurationBy = (
  verb: string,
  leftovers: string,
  besides = ':',
): Probe<{directory: string}, string[]> => ({
  script: ({directory}) =>
    defineScript(
      verb,
      {directory},
      `
export LC_ALL=C${leftovers}
echo '@@ changed'
if [ -f "$1/configuration.sums" ]; then
  cd "$1" || return 1
  ${printChanged}
  ${besides}
  leftovers | while IFS= read -r path; do grep -qxF -e "$path" configuration.leftovers || printf '%s\\n' "$path"; done
fi
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => linesOf(verb, sections(verb, raw), 'changed'),
});
