import {database} from './shell.ts';
import {changedConfigurationBy, printChanged, removeLeftovers} from '../configuration.ts';

/** What apk puts beside files below /etc that were edited. */
const leftovers = `
leftovers() {
  while IFS= read -r path; do [ ! -e "$path.apk-new" ] || printf '%s\\n' "$path.apk-new"; done < configuration.list
}`;

/**
 * Shell functions: before the first change, every file below /etc of these packages, and what was left beside them
 * earlier. Each is a copy by its number in the list: busybox's tar takes no list of files everywhere.
 */
export const saveConfiguration = `${leftovers}
save_configuration() {
  [ -f configuration.whole ] && return 0
  ${database}
  printf '%s\\n' "$1" | awk 'FNR == NR && FILENAME == "-" {wanted["P:" $0] = 1; next}
    /^P:/ {on = $0 in wanted} /^F:/ {folder = substr($0, 3)} on && /^R:/ && folder ~ /^etc(\\/|$)/ {print "/" folder "/" substr($0, 3)}' - $database |
    sort -u > configuration.all
  rm -rf configuration; mkdir configuration || return 1
  : > configuration.list; : > configuration.sums
  while IFS= read -r path; do
    [ -f "$path" ] || continue
    printf '%s\\n' "$path" >> configuration.list; sha256sum "$path" >> configuration.sums
    cp -p "$path" "configuration/$(wc -l < configuration.list)" || return 1
  done < configuration.all
  leftovers > configuration.leftovers
  sync; : > configuration.whole
}`;

/** Shell functions: what differs, and bringing it back. */
export const restoreConfiguration = `${leftovers}
restore_configuration() {
  [ -f configuration.sums ] || return 0
  ${printChanged} | while IFS= read -r path; do
    echo "putting $path back"; cp -p "configuration/$(grep -nxF -e "$path" configuration.list | cut -d: -f1)" "$path"
  done
  ${removeLeftovers}
}`;

/** Of files below /etc. */
export const changedConfiguration = changedConfigurationBy('apk.changed-configuration', leftovers);
