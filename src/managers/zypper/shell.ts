import {isDatabase} from '../rpm/database.ts';

/**
 * Shell text: `ask PART WORDS...` runs zypper and prints its answer as a part: its code, then its XML, each line behind a `|`, so that no
 * description in it is taken for another part. Whoever asks often does so without its lock, in a copy (`clone`); the lock of another is waited
 * for no longer than a probe has time.
 */
export const askZypper = `
export LC_ALL=C ZYPP_LOCK_TIMEOUT=60
ask() {
  part=$1; shift
  answer=$(zypper --non-interactive --xmlout --no-refresh "$@" 2>/dev/null); code=$?
  printf '@@ %s\\n%s\\n' "$part" "$code"
  printf '%s\\n' "$answer" | sed 's/^/|/'
}`;

/**
 * Shell text: \`make_clone\` makes a root at $clone with a copy of the package database and of zypper's settings: zypper solves there for any
 * user, takes no lock and writes nothing that the host would keep. \`drop_clone\` takes it away.
 */
export const cloneRoot = `
make_clone() {
  database=$(rpm -E %_dbpath)
  ${isDatabase} || return 1
  clone=$(mktemp -d /var/tmp/patchdeck.XXXXXXXX) || return 1
  mkdir -p "$clone$database" "$clone/etc" "$clone/no-repositories" "$clone/cache/solv" &&
    cp -r "$database/." "$clone$database/" || { drop_clone; return 1; }
  cp -r /etc/zypp /etc/products.d "$clone/etc/" 2>/dev/null
  # What the host knows of its repositories is read there; what it knows of its own packages is not true of the copy.
  ln -s /var/cache/zypp/raw "$clone/cache/raw"
  for cached in /var/cache/zypp/solv/*; do
    [ ! -d "$cached" ] || [ "$cached" = /var/cache/zypp/solv/@System ] || ln -s "$cached" "$clone/cache/solv/"
  done
}
drop_clone() { rm -rf "$clone"; }
ask_clone() { # part words
  part=$1; shift
  ask "$part" --root "$clone" --reposd-dir /etc/zypp/repos.d --cache-dir "$clone/cache" "$@"
}
ask_clone_files() { # part words; no repository is looked at
  part=$1; shift
  ask "$part" --root "$clone" --reposd-dir "$clone/no-repositories" --cache-dir "$clone/cache" "$@"
}`;

/** Shell text: names of packages that a lock of zypper's keeps as they are, whatever the lock's own words. */
export const printHeld = `zypper --non-interactive --no-refresh locks --solvables 2>/dev/null |
  sed -n 's/^ *\\(Keep installed : \\)\\{0,1\\}\\([^ ]*\\)-[^ -]*-[^ -]* (@System)$/\\2/p' | sort -u`;

/** Shell text: names of packages that came as dependencies. */
export const printAutomatic = `sed '/^#/d; /^ *$/d' /var/lib/zypp/AutoInstalled 2>/dev/null`;
