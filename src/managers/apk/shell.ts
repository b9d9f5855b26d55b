import type {Change} from '../../model/package.ts';
import type {StagedFile} from '../../model/rollback.ts';
import {addedBy, removedBy} from '../apt/arguments.ts';

/** Where apk keeps what is installed: below /usr/lib where a release has merged the two. */
export const database = `database=/lib/apk/db/installed
[ -e $database ] || database=/usr/lib/apk/db/installed`;

/**
 * Shell text that prints a line for each installed package: what awk's `print` says of `P` (name), `V` (version), `o` (source package) and
 * `f` (`f` files, `s` script, `x` attributes: what of it is broken). What `apk add --virtual` made has a dot before its name and no files: it
 * is a note of apk's, no package.
 */
export const ofInstalled = (print: string): string => `
awk 'BEGIN {RS = ""; FS = "\\n"} {
  P = V = o = f = ""
  for (i = 1; i <= NF; i++) {
    if ($i ~ /^F:/) break
    if ($i ~ /^[PVof]:/) {value = substr($i, 3); key = substr($i, 1, 1); if (key == "P") P = value; if (key == "V") V = value; if (key == "o") o = value; if (key == "f") f = value}
  }
  if (P !~ /^\\./) ${print}
}' $database 2>/dev/null`;

/** `NAME=VERSION` for what comes, `!NAME` for what goes. */
export const wordsOf = (changes: readonly {name: string; to: string | null}[]): string[] =>
  changes.map(({name, to}) => (to === null ? `!${name}` : `${name}=${to}`));

/** What an install takes of the staged files, and what goes with it. */
export const wordsForth = (fresh: readonly StagedFile[], changes: readonly Change[]): string[] =>
  wordsOf([...fresh.map(({name, version}) => ({name, to: version})), ...removedBy(changes)]);

/** What the way back takes, and what was added and goes again. */
export const wordsBack = (previous: readonly StagedFile[], changes: readonly Change[]): string[] =>
  wordsOf([
    ...previous.map(({name, version}) => ({name, to: version})),
    ...addedBy(changes).map(({name}) => ({name, to: null})),
  ]);

/**
 * Shell function `tagged WORDS`: each with the tag that the world has for its name (`edgy@edge=1.1-r0`), without which a package of a tagged
 * repository would not be found.
 */
export const tagged = `
tagged() {
  printf '%s\\n' "$1" | awk '
    FILENAME ~ /world$/ {name = $0; sub(/[@<>=~].*/, "", name); if (match($0, /@[^<>=~]*/)) tag[name] = substr($0, RSTART, RLENGTH); next}
    /^!/ {print; next}
    {at = index($0, "="); name = substr($0, 1, at - 1); print name tag[name] substr($0, at)}' /etc/apk/world -
}`;

/**
 * Shell functions to install from staged files alone. `repository FOLDER FILES` makes an index of just these, by which apk takes a folder for a
 * repository; those that were installed from a tagged one get one of that tag, or apk would forget it and the next update of any package would
 * bring their newest version. What is of any architecture stands in an index as of the host's own, as in Alpine's. Nobody has signed it: the
 * files were checked when they were staged, and by their sums since. `add_from FOLDER WORDS OPTIONS...` then takes packages from there. The
 * host's own repositories stay known with their tags; without a network nothing can be taken from them. (With --no-cache beside it
 * apk 2.14 goes to the network all the same.)
 */
export const fromFiles = `${tagged}
repository() {
  ${database}
  arch=$(apk --print-arch)
  rm -rf "$1"/tag-*
  for file in $2; do
    tag=$(awk -v name="P:\${file%-*-r*.apk}" '/^P:/ {on = $0 == name} on && /^s:/ {print substr($0, 3); exit}' $database)
    mkdir -p "$1/tag-$tag/$arch" && ln -s "../../$file" "$1/tag-$tag/$arch/$file"
  done
  for made in "$1"/tag-*; do
    [ ! -d "$made" ] || (cd "$made/$arch" && apk index -q --no-warnings --rewrite-arch "$arch" -o APKINDEX.tar.gz ./*.apk)
  done
}
add_from() {
  folder=$1; words=$2; shift 2
  for made in "$folder"/tag-*; do
    tag=\${made##*/tag-}
    [ ! -d "$made" ] || set -- "$@" -X "\${tag:+@$tag }$made"
  done
  apk add --no-network --allow-untrusted "$@" $(tagged "$words")
}`;
