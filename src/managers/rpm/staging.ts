import type {Change, ManagerId} from '../../model/package.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {removeOldStaging} from '../old-staging.ts';
import {specOf} from '../staging.ts';

/**
 * Payload of a staging job by a manager's own program. `fetch NAME ARCH VERSION` puts the file into the folder `fetched`, `is_signed NAME ARCH
 * VERSION` says whether its repository wants signatures, `prepare` is shell text that both need, and `cached` are the folders that keep what was installed before. A file is taken
 * that is the package it should be, whole, and signed by a key that rpm trusts where it has to be. The manifest is written last.
 */
export const stageBy = (
  manager: ManagerId,
  {
    prepare = '',
    fetch,
    isSigned,
    cached,
  }: {prepare?: string; fetch: string; isSigned: string; cached: string},
  {directory, changes}: {directory: string; changes: readonly Change[]},
): Script =>
  defineScript(
    `${manager}.stage`,
    {
      directory,
      fresh: specOf(changes.map(change => ({...change, version: change.to}))),
      previous: specOf(changes.map(change => ({...change, version: change.from}))),
    },
    `
export LC_ALL=C${prepare}
umask 077
mkdir -p "$1/new" "$1/old" && cd "$1" || return 1
${removeOldStaging}
fetch() {
${fetch}
}
is_signed() {
${isSigned}
}
: > manifest.part
total=$(printf '%s\\n%s\\n' "$2" "$3" | grep -c .); done=0
step() { done=$((done + 1)); echo "patchdeck-progress $((done * 100 / total)) $*"; }
is_package() { # file name arch version
  [ -f "$1" ] || return 1
  said=$(rpm -qp --nosignature --qf '%{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}' "$1" 2>/dev/null)
  case $4 in *:*) [ "$said" = "$2 $3 $4" ] ;; *) [ "$said" = "$2 $3 0:$4" ] ;; esac
}
is_whole() { # file name arch version
  said=$(rpm -K "$1" 2>&1) || { echo "patchdeck-error $(printf '%s' "$said" | tr '\\n' ' ')"; return 1; }
  ! is_signed "$2" "$3" "$4" || case $said in *signatures*|*pgp*) ;; *) echo "patchdeck-error $said, and its repository wants a signature"; return 1 ;; esac
}
keep() { # folder name arch version source file
  file=$2_$(printf '%s' "$4" | sed 's/:/%3a/g')_$3.rpm
  is_package "$6" "$2" "$3" "$4" && is_whole "$6" "$2" "$3" "$4" && { [ "$6" = "$1/$file" ] || mv "$6" "$1/$file"; } || return 1
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$4" "$file" \\
    "$(sha256sum < "$1/$file" | cut -d' ' -f1)" "$(stat -c %s "$1/$file")" "$5" >> manifest.part
}
take() { # folder name arch version source: what is there already, or was kept by the manager, or can be fetched
  file=$2_$(printf '%s' "$4" | sed 's/:/%3a/g')_$3.rpm
  if [ -f "$1/$file" ] && [ -f "$1/$file.source" ]; then keep "$1" "$2" "$3" "$4" "$(cat "$1/$file.source")" "$1/$file" && return 0; fi
  rm -rf fetched; mkdir fetched
  if [ "$1" = old ]; then
    for kept in ${cached}; do
      is_package "$kept" "$2" "$3" "$4" && cp "$kept" fetched/kept.rpm && keep old "$2" "$3" "$4" cache fetched/kept.rpm && printf cache > "old/$file.source" && return 0
    done
  fi
  fetch "$2" "$3" "$4" </dev/null
  for got in fetched/*.rpm; do
    keep "$1" "$2" "$3" "$4" archive "$got" && printf archive > "$1/$file.source" && return 0
  done
  return 1
}
failed=0
while read -r name arch version; do
  [ -n "$name" ] || continue
  if take new "$name" "$arch" "$version"; then step "new $name $version"
  else echo "patchdeck-missing new $name $version"; failed=1; fi
done <<FRESH
$2
FRESH
while read -r name arch version; do
  [ -n "$name" ] || continue
  if take old "$name" "$arch" "$version"; then step "old $name $version"
  else printf 'gone\\t%s\\t%s\\t%s\\n' "$name" "$arch" "$version" >> manifest.part; step "old $name $version is gone"; fi
done <<PREVIOUS
$3
PREVIOUS
rm -rf fetched
sync
mv manifest.part manifest
return $failed`,
    {root: true},
  );
