import type {ManagerId} from '../../model/package.ts';
import type {Probe} from '../../model/script.ts';
import {changedConfigurationBy, printChanged, removeLeftovers} from '../configuration.ts';

/** What rpm puts beside configuration files: the new one, or the edited one. */
const leftovers = `
leftovers() {
  while IFS= read -r path; do
    for leftover in "$path.rpmnew" "$path.rpmsave" "$path.rpmorig"; do [ ! -e "$leftover" ] || printf '%s\\n' "$leftover"; done
  done < configuration.list
}`;

/** Shell function `save_configuration PACKAGES`, before the first change: their configuration files, and what was left beside them earlier. */
export const saveConfiguration = `${leftovers}
save_configuration() {
  [ -f configuration.tar ] && return 0
  : > configuration.list; : > configuration.sums
  for package in $1; do rpm -q --configfiles "$package"; done | grep '^/' | sort -u | while IFS= read -r path; do
    [ -f "$path" ] || continue
    printf '%s\\n' "$path" >> configuration.list; sha256sum "$path" >> configuration.sums
  done
  leftovers > configuration.leftovers
  tar -cpf configuration.part -P -T configuration.list && mv configuration.part configuration.tar
}`;

/** Shell function for the end of the way back. What only the new version brought, rpm takes away with it. */
export const restoreConfiguration = `${leftovers}
restore_configuration() {
  [ -f configuration.sums ] || return 0
  ${printChanged} | while IFS= read -r path; do
    echo "putting $path back"; tar -xpf configuration.tar -P "$path"
  done
  ${removeLeftovers}
}`;

export const changedConfigurationOf = (manager: ManagerId): Probe<{directory: string}, string[]> =>
  changedConfigurationBy(`${manager}.changed-configuration`, leftovers);
