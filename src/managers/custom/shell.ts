import type {CustomManager} from '../../model/custom.ts';

/**
 * Shell text: `call WORDS ARGUMENT...` runs the words of a command, one a line, and the arguments after them, as the updater's user and
 * within its deadline. Words are words whatever is in them: the shell splits at newlines only and expands no names of files.
 */
export const callAs = ({user, deadline}: CustomManager): string => `
call() {
  words=$1; shift
  set -f; IFS='
'
  set -- $words "$@"
  unset IFS; set +f
  ${user === 'root' ? '' : `set -- runuser -u ${user} -- "$@"`}
  timeout -k 10 ${deadline} "$@" </dev/null
}
export LC_ALL=C`;

/** Shell text: `made` becomes an empty directory that the updater's user may write. */
export const makeDirectory = ({user}: CustomManager): string =>
  `made=$(mktemp -d /var/tmp/patchdeck.XXXXXXXX) || return 1
  ${user === 'root' ? '' : `chown ${user} "$made" || return 1`}`;
