import type {Change} from '../../model/package.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {beginStaging, specOf} from '../staging.ts';

/**
 * Payload of the staging job. `apk fetch` takes the newest of all that any repository has, whatever it is asked for; so the repository that
 * has the version (`apk policy` says it) is made the only one. It checks what it fetches against the signed index. Previous versions lie in
 * apk's cache, where the host has one, or still in a repository: Alpine's keep the newest only. The manifest is written last.
 */
export const stage = ({directory, changes}: {directory: string; changes: readonly Change[]}): Script =>
  defineScript(
    'apk.stage',
    {
      directory,
      fresh: specOf(changes.map(change => ({...change, version: change.to}))),
      previous: specOf(changes.map(change => ({...change, version: change.from}))),
    },
    `
export LC_ALL=C
${beginStaging}
keep() { # folder name arch version source
  file=$2-$4.apk
  # Whole and signed by a key that the host trusts, from wherever it came.
  apk verify "$1/$file" >/dev/null 2>&1 || return 1
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$4" "$file" \\
    "$(sha256sum < "$1/$file" | cut -d' ' -f1)" "$(stat -c %s "$1/$file")" "$5" >> manifest.part
}
offering() { # name version: the repositories that have it, without their tags
  apk policy "$1" 2>/dev/null | awk -v version="$2" '/^  [^ ]/ {here = ($1 == version ":"); next} here && $NF ~ /^\\/|:\\/\\// {print $NF}'
}
download() { # folder name version
  offering "$2" "$3" | sort -u > offering
  while read -r url; do
    printf '%s\\n' "$url" > repository
    rm -f "$1/$2-$3.apk"
    apk fetch -q --repositories-file repository -o "$1" "$2" </dev/null && [ -f "$1/$2-$3.apk" ] && return 0
  done < offering
  return 1
}
failed=0
while read -r name arch version; do
  [ -n "$name" ] || continue
  { [ -f "new/$name-$version.apk" ] && keep new "$name" "$arch" "$version" archive; } ||
    { download new "$name" "$version" && keep new "$name" "$arch" "$version" archive; } ||
    { echo "patchdeck-missing new $name $version"; failed=1; continue; }
  step "new $name $version"
done <<FRESH
$2
FRESH
while read -r name arch version; do
  [ -n "$name" ] || continue
  source=''
  for cached in "/etc/apk/cache/$name-$version".*.apk "/var/cache/apk/$name-$version".*.apk; do
    [ -f "$cached" ] && cp "$cached" "old/$name-$version.apk" && source=cache
  done
  [ -n "$source" ] || { download old "$name" "$version" && source=archive; }
  if [ -n "$source" ] && keep old "$name" "$arch" "$version" "$source"; then step "old $name $version ($source)"
  else printf 'gone\\t%s\\t%s\\t%s\\n' "$name" "$arch" "$version" >> manifest.part; step "old $name $version is gone"; fi
done <<PREVIOUS
$3
PREVIOUS
sync
mv manifest.part manifest
return $failed`,
    {root: true},
  );
