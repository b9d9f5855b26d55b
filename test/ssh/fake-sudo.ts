import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * A program that asks as sudo 1.9 of Debian 12 does with `-S` and LC_ALL=C, as a real process: the prompt on stderr without a newline, three tries,
 * its messages. What it does is in SUDO_MODE, the password in SUDO_PASSWORD; each try is a line of SUDO_LOG.
 */
const program = `#!/bin/sh
while [ "$1" != -- ]; do
  if [ "$1" = -p ]; then prompt=$2; shift; fi
  shift
done
shift
ask() {
  printf '%s' "$1" >&2
  : > "$SUDO_LOG.asked"
  IFS= read -r given || { echo 'sudo: a password is required' >&2; exit 1; }
  echo "$given" >> "$SUDO_LOG"
}
check() {
  tries=0
  while [ $tries -lt 3 ]; do
    ask "$1"
    [ "$given" = "$SUDO_PASSWORD" ] && return
    printf '\\nSorry, try again.\\n' >&2
    tries=$((tries + 1))
  done
  echo 'sudo: 3 incorrect password attempts' >&2
  exit 1
}
case $SUDO_MODE in
  nopasswd) ;;
  password) check "$prompt" ;;
  lecture) printf '\\nWe trust you have received the usual lecture:\\n    #1) Respect.\\n\\n' >&2; check "$prompt" ;;
  sudo-rs) check "[sudo: $prompt] Password: " ;;
  pam-override) check "$prompt"; ask "$prompt"; [ "$given" = 123456 ] || { echo 'Sorry, try again.' >&2; ask "$prompt"; exit 1; } ;;
  sudo-rs-code) check "[sudo: $prompt] Password: "; ask "[sudo: $prompt] Verification code: "; [ "$given" = 123456 ] || { printf '\nsudo: Authentication failed, try again.\n' >&2; ask "[sudo: $prompt] Password: "; exit 1; } ;;
  code) check "$prompt"; ask 'Verification code: '; [ "$given" = 123456 ] || exit 1 ;;
  pam-code) while :; do check "$prompt"; ask 'Verification code: '; [ "$given" = 123456 ] && break; echo 'Sorry, try again.' >&2; done ;;
  pam-code-once) check "$prompt"; ask 'Verification code: '; [ "$given" = 123456 ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; } ;;
  code-first) ask 'One-time code: '; [ "$given" = 123456 ] || exit 1; check "$prompt" ;;
  not-allowed) check "$prompt"; echo 'ops is not in the sudoers file.' >&2; exit 1 ;;
  one-try) ask "$prompt"; [ "$given" = "$SUDO_PASSWORD" ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; } ;;
  silent) ask "$prompt"; exit 1 ;;
  requiretty) echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1 ;;
  impatient) printf '%s' "$prompt" >&2; sleep 0.3; echo 'sudo: timed out reading password' >&2; exit 1 ;;
  expired) check "$prompt"; echo 'sudo: Account or password is expired, reset your password and try again' >&2; exit 1 ;;
esac
exec "$@"
`;

/** Puts the program into a folder of its own; gives what the environment of a shell needs to find it. */
export const fakeSudo = async (
  folder: string,
  mode: string,
  password = 'right horse',
): Promise<{env: Record<string, string>; log: string}> => {
  const bin = join(folder, 'bin');
  const log = join(folder, 'tries');
  await mkdir(bin, {recursive: true});
  await writeFile(join(bin, 'sudo'), program, {mode: 0o755});
  await writeFile(log, '', {flag: 'a'});
  return {log, env: {PATH: `${bin}:/usr/bin:/bin`, SUDO_MODE: mode, SUDO_PASSWORD: password, SUDO_LOG: log}};
};
