import type {Change} from '../../model/package.ts';
import {defineScript, type Script} from '../../model/script.ts';
import {beginStaging, specOf} from '../staging.ts';

/**
 * Payload of the staging job. New packages come from the archive, where apt checks them against the signed index. Previous ones:
 * apt's cache, then the archive, then dpkg-repack (packed from what is installed). The manifest is written last.
 */
export const stage = ({directory, changes}: {directory: string; changes: readonly Change[]}): Script =>
  defineScript(
    'apt.stage',
    {
      directory,
      fresh: specOf(changes.map(change => ({...change, version: change.to}))),
      previous: specOf(changes.map(change => ({...change, version: change.from}))),
    },
    `
export LC_ALL=C
${beginStaging}
# A version's epoch is written name_2%3a1.0_arch.deb by apt; dpkg-repack leaves it out.
keep() { # folder name arch version source file
  [ "$(dpkg-deb -f "$6" Package)" = "$2" ] && [ "$(dpkg-deb -f "$6" Version)" = "$4" ] || return 1
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$3" "$4" "$(basename "$6")" \\
    "$(sha256sum < "$6" | cut -d' ' -f1)" "$(stat -c %s "$6")" "$5" >> manifest.part
}
encoded() { printf '%s' "$1" | sed 's/:/%3a/'; }
download() { # folder name arch version
  try=0
  while [ $try -lt 3 ]; do
    (cd "$1" && apt-get -q download "$2:$3=$4") && return 0
    try=$((try + 1))
  done
  return 1
}
failed=0
while read -r name arch version; do
  [ -n "$name" ] || continue
  file="new/\${name}_$(encoded "$version")_$arch.deb"
  # A file cut short by a full disk may still say its name and version: whole is what apt has checked to its end.
  if [ ! -f "$file" ] || [ ! -f "$file.whole" ]; then
    rm -f "$file"; download new "$name" "$arch" "$version" && [ -f "$file" ] && : > "$file.whole"
  fi
  if [ -f "$file.whole" ] && keep new "$name" "$arch" "$version" archive "$file"; then step "new $name $version"
  else echo "patchdeck-missing new $name $version"; failed=1; fi
done <<FRESH
$2
FRESH
while read -r name arch version; do
  [ -n "$name" ] || continue
  base="\${name}_$(encoded "$version")_$arch.deb"
  source=''
  if [ -f "old/$base" ] && [ -f "old/$base.source" ]; then source=$(cat "old/$base.source")
  elif [ -f "/var/cache/apt/archives/$base" ] && cp "/var/cache/apt/archives/$base" "old/$base"; then source=cache
  elif apt-cache show "$name:$arch=$version" >/dev/null 2>&1 && download old "$name" "$arch" "$version" && [ -f "old/$base" ]; then source=archive
  elif command -v dpkg-repack >/dev/null 2>&1; then
    rm -rf repack && mkdir repack && (cd repack && dpkg-repack "$name:$arch" </dev/null)
    for made in repack/*.deb; do [ -f "$made" ] && mv "$made" "old/$base" && source=repacked; done
    rm -rf repack
  fi
  if [ -n "$source" ] && keep old "$name" "$arch" "$version" "$source" "old/$base"; then
    printf '%s' "$source" > "old/$base.source"; step "old $name $version ($source)"
  else
    printf 'gone\\t%s\\t%s\\t%s\\n' "$name" "$arch" "$version" >> manifest.part; step "old $name $version is gone"
  fi
done <<PREVIOUS
$3
PREVIOUS
sync
mv manifest.part manifest
return $failed`,
    {root: true},
  );
