import type {Change} from '../../model/package.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {removeOldStaging} from '../old-staging.ts';
import {lockPause, lockTries} from '../rpm/lock-patience.ts';
import {lockedCode} from './lock.ts';
import {askZypper} from './shell.ts';

const spec = (items: readonly {name: string; arch: string; version: string | null}[]): string[] =>
  items.flatMap(item => (item.version === null ? [] : [`${item.name} ${item.arch} ${item.version}`]));

/**
 * Payload of the staging job. Packages come from the repositories, where zypper checks them against signed metadata or by their own
 * signature, whatever each repository is set to; previous ones also from its cache. `zypper download` ends with 0 for what it could not
 * fetch or would not have: what counts are files, each read anew for what it is. The manifest is written last.
 *
 * What of it wants a reboot, by its advisory, only the repositories say: it is kept for when it is installed.
 */
export const stage = ({directory, changes}: {directory: string; changes: readonly Change[]}): Script =>
  defineScript(
    'zypper.stage',
    {
      directory,
      fresh: spec(changes.map(change => ({...change, version: change.to}))),
      previous: spec(changes.map(change => ({...change, version: change.from}))),
    },
    `${askZypper}
umask 077
mkdir -p "$1/new" "$1/old" "$1/fetched" && cd "$1" && : > fetch.errors || return 1
${removeOldStaging}
: > manifest.part
total=$(printf '%s\\n%s\\n' "$2" "$3" | grep -c .); done=0
step() { done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $*"; }
# rpm leaves a version's epoch out of the name of a file.
base() { printf '%s-%s.%s.rpm' "$1" "\${3#*:}" "$2"; }
is() { # file name arch version
  [ -f "$1" ] && rpmkeys --checksig --nosignature "$1" >/dev/null 2>&1 &&
    [ "$(rpm -qp --nosignature --qf '%{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}' "$1" 2>/dev/null | sed 's/ 0:/ /')" = "$2 $3 $4" ]
}
keep() { # folder name arch version source file
  is "$6" "$2" "$3" "$4" || return 1
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$4" "$(basename "$6")" \\
    "$(sha256sum < "$6" | cut -d' ' -f1)" "$(stat -c %s "$6")" "$5" >> manifest.part
}
fetch() { # folder lines: all at once, since zypper reads its repositories anew each time
  try=0; locked=0
  while [ $try -lt 3 ]; do
    missing=$(printf '%s\\n' "$2" | while read -r name arch version; do
      [ -z "$name" ] || is "$1/$(base "$name" "$arch" "$version")" "$name" "$arch" "$version" || printf '%s.%s=%s\\n' "$name" "$arch" "$version"
    done)
    [ -n "$missing" ] || return 0
    ZYPP_LOCK_TIMEOUT=0 zypper --non-interactive --no-refresh --pkg-cache-dir "$PWD/fetched" download $missing 2> fetch.errors; code=$?
    cat fetch.errors
    if [ $code -eq ${lockedCode} ] && [ $locked -lt ${lockTries} ]; then locked=$((locked + 1)); sleep ${lockPause}; continue; fi
    find fetched -name '*.rpm' -exec mv {} "$1/" \\;
    try=$((try + 1))
  done
}
# Whom or what it was not to be had of, or why zypper would not have it: what it says before it gives each up.
say_why() {
  awk '/^ABORT request/ {say(); next}
    /^Close this application/ {next}
    NF {sub(/ Do you want to retry retrieval\\?$/, ""); if (sub(/Signature verification failed \\[[0-9]+-/, "")) sub(/\\]$/, ""); why = why (why == "" ? "" : " ") $0}
    END {say()}
    function say() {if (why != "") print "patchdeck-error " why; why = ""}' fetch.errors
}
fetch new "$2"
failed=0
while read -r name arch version; do
  [ -n "$name" ] || continue
  if keep new "$name" "$arch" "$version" archive "new/$(base "$name" "$arch" "$version")"; then step "new $name $version"
  else echo "patchdeck-missing new $name $version"; failed=1; fi
done <<FRESH
$2
FRESH
[ $failed -eq 0 ] || say_why
while read -r name arch version; do
  [ -n "$name" ] || continue
  base=$(base "$name" "$arch" "$version")
  [ ! -e "old/$base" ] || continue
  find /var/cache/zypp/packages -name "$base" -exec cp {} old/ \\; 2>/dev/null
  if is "old/$base" "$name" "$arch" "$version"; then printf cache > "old/$base.source"; else rm -f "old/$base"; fi
done <<PREVIOUS
$3
PREVIOUS
fetch old "$3"
while read -r name arch version; do
  [ -n "$name" ] || continue
  base=$(base "$name" "$arch" "$version")
  [ -e "old/$base.source" ] || printf archive > "old/$base.source"
  source=$(cat "old/$base.source")
  if keep old "$name" "$arch" "$version" "$source" "old/$base"; then step "old $name $version ($source)"
  else printf 'gone\\t%s\\t%s\\t%s\\n' "$name" "$arch" "$version" >> manifest.part; step "old $name $version is gone"; fi
done <<PREVIOUS
$3
PREVIOUS
rm -rf fetched fetch.errors
${rebootNames}
sync
mv manifest.part manifest
return $failed`,
    {root: true},
  );

/** Names of packages that needed patches with a wish for a reboot are about. */
const rebootNames = `ask patches list-patches --all > /dev/null
ids=$(printf '%s\\n' "$answer" | grep -o '<update kind="patch" [^>]*restart="true"' | sed 's/.* name="\\([^"]*\\)".*/\\1/')
: > reboot
[ -z "$ids" ] || zypper --non-interactive --no-refresh info --type patch $ids 2>/dev/null |
  awk '/^[A-Z]/ {on = /^Conflicts *:/; sub(/^Conflicts *: */, "")} on && $2 == "<" {print $1}' | sort -u > reboot`;
