import {changedConfigurationBy, printChanged, removeLeftovers} from '../configuration.ts';

/** What dpkg and ucf put beside configuration files they keep, or have not yet put in their place. Their times say nothing: they are those of the package. */
const leftovers = `
leftovers() {
  { cat configuration.list; cut -c 67- configuration.brought 2>/dev/null; } | while IFS= read -r path; do
    for leftover in "$path.dpkg-dist" "$path.dpkg-new" "$path.ucf-dist"; do [ ! -e "$leftover" ] || printf '%s\\n' "$leftover"; done
  done
}`;

/**
 * Shell functions for the install: `save_configuration PACKAGES FILES`, before the first change, keeps every configuration file of the
 * packages, what was left beside them earlier, and those that only the new files (of packages that are replaced) will bring. Of a
 * package that comes anew they stay when it goes again: it is removed, not purged, and dpkg knows them.
 */
export const saveConfiguration = `${leftovers}
brought() { # file: checksums of the configuration files in it that are not there yet
  dpkg-deb -I "$1" conffiles 2>/dev/null | grep '^/' | while IFS= read -r path; do
    [ ! -e "$path" ] && [ ! -L "$path" ] || continue
    printf '%s  %s\\n' "$(dpkg-deb --fsys-tarfile "$1" | tar -xO ".$path" | sha256sum | cut -d' ' -f1)" "$path"
  done
}
save_configuration() {
  [ -f configuration.tar ] && return 0
  for package in $1; do dpkg-query -W -f='\${Conffiles}\\n' "$package" 2>/dev/null; done |
    awk '$1 ~ /^\\// && $3 != "obsolete" {print $1}' | sort -u > configuration.all
  : > configuration.list; : > configuration.sums; : > configuration.brought
  while IFS= read -r path; do
    [ -f "$path" ] || continue
    printf '%s\\n' "$path" >> configuration.list; sha256sum "$path" >> configuration.sums
  done < configuration.all
  for file in $2; do brought "$file" >> configuration.brought; done
  leftovers > configuration.leftovers
  tar -cpf configuration.part -P -T configuration.list && mv configuration.part configuration.tar
}`;

/**
 * Shell functions for the way back. `retire_configuration` removes what only the new version brought and nobody has edited, before
 * dpkg unpacks the old one: dpkg then forgets it, where of a file that goes later it remembers that somebody deleted it, and the next
 * upgrade would not bring it again. `restore_configuration`, at the end, brings back what is not as it was; and where a package
 * stayed new all the same, what was retired of it.
 */
export const restoreConfiguration = `${leftovers}
retire_configuration() {
  [ -f configuration.brought ] || return 0
  sha256sum -c configuration.brought 2>/dev/null | sed -n 's/: OK$//p' | while IFS= read -r path; do
    echo "$path came with the new version: removing it"; rm -f "$path"
  done
}
restore_configuration() {
  if [ -f configuration.brought ]; then
    dpkg-query -W -f='\${Conffiles}\\n' | awk '$1 ~ /^\\// && $3 != "obsolete" {print $1}' > configuration.owned
    for file in new/*.deb; do
      dpkg-deb -I "$file" conffiles 2>/dev/null | grep '^/' | while IFS= read -r path; do
        cut -c 67- configuration.brought | grep -qxF -e "$path" && grep -qxF -e "$path" configuration.owned && [ ! -e "$path" ] || continue
        echo "putting $path back: its package stayed"; dpkg-deb --fsys-tarfile "$file" | tar -xpf - -C / ".$path"
      done
    done
  fi
  [ -f configuration.sums ] || return 0
  ${printChanged} | while IFS= read -r path; do
    echo "putting $path back"; tar -xpf configuration.tar -P "$path"
  done
  ${removeLeftovers}
}`;

/** And what only the new version brought. */
export const changedConfiguration = changedConfigurationBy(
  'apt.changed-configuration',
  leftovers,
  `[ ! -f configuration.brought ] || cut -c 67- configuration.brought | while IFS= read -r path; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done`,
);
