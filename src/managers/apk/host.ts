import {linesOf, sections} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Change} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import {database, ofInstalled, wordsOf} from './shell.ts';
import type {ManagerShell} from '../manager.ts';

/**
 * Shell text that prints `NAME TAB VERSION TAB BYTES TAB UNPACKED TAB SOURCE` of every package that the refreshed indexes offer. Repositories that are folders of
 * the host have no copy of theirs in the cache: of what they offer the sizes stay unknown.
 */
export const printOffers = `
for index in /etc/apk/cache/APKINDEX.*.tar.gz /var/cache/apk/APKINDEX.*.tar.gz; do
  [ ! -f "$index" ] || tar -xzOf "$index" APKINDEX 2>/dev/null
done | awk '/^P:/ {P = substr($0, 3)} /^V:/ {V = substr($0, 3)} /^S:/ {S = substr($0, 3)} /^I:/ {I = substr($0, 3)} /^o:/ {o = substr($0, 3)}
  /^$/ {if (P != "") print P "\\t" V "\\t" S "\\t" I "\\t" o; P = V = S = I = o = ""}' | sort -u`;

/**
 * What is held is what the world pins to one version. Alpine's kernels have their flavour for a name (`vmlinuz-lts`), and which version
 * runs is compared with the package of that flavour; in a container the kernel is none of its packages' business.
 */
export const shell: ManagerShell = {
  present: 'command -v apk >/dev/null 2>&1 && [ -e /etc/apk/world ]',
  held: `sed -n 's/^\\([^@<>=~]*\\)\\(@[^<>=~]*\\)\\{0,1\\}=.*/\\1/p' /etc/apk/world 2>/dev/null`,
  automatic: `${database}
${ofInstalled('print P')} | sort | awk 'FILENAME ~ /world$/ {sub(/[@<>=~].*/, ""); named[$0] = 1; next} !($0 in named)' /etc/apk/world - 2>/dev/null`,
  broken: `${database}
${ofInstalled('if (f != "") print P')}`,
  rebootWanted: `${database}
flavour=$(uname -r); flavour=\${flavour##*-}
${ofInstalled('print P "\\t" V')} | while IFS='	' read -r name version; do
  [ "$name" = "linux-$flavour" ] || continue
  kernel=$(printf '%s' "$version" | sed 's/-r\\([0-9]*\\)$/-\\1/')-$flavour
  [ "$kernel" = "$(uname -r)" ] || printf '%s %s\\n' "$name" "$version"
done`,
  paths: ['/var/cache/apk', '/etc/apk/cache'],
  lockHolders: `for lock in /lib/apk/db/lock /usr/lib/apk/db/lock; do
  [ -e $lock ] || continue
  inode=$(stat -c %i $lock)
  awk -v inode="$inode" '{n = split($6, part, ":"); if (part[n] == inode) print $5}' /proc/locks
done | sort -u | while read -r pid; do printf '%s (pid %s)\\n' "$(cat /proc/$pid/comm 2>/dev/null)" "$pid"; done`,
  interrupted: `${database}
${ofInstalled('if (f != "") print P')}`,
};

/** What is downloaded lies where it is staged; what it unpacks to lies beside the old: an upper bound. */
export const room: Probe<readonly Change[], number | undefined> = {
  script: changes =>
    defineScript(
      'apk.room',
      {wanted: wordsOf(changes.filter(({to}) => to !== null))},
      `
export LC_ALL=C
echo '@@ wanted'; printf '%s\\n' "$1"
echo '@@ offers'
{ printf '%s\\n@@\\n' "$1"; ${printOffers}
} | awk -F'\\t' '$0 == "@@" {offers = 1; next} !offers {wanted[$0] = 1; next} ($1 "=" $2) in wanted'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apk.room', raw);
    const offers = linesOf('apk.room', found, 'offers').map(line => line.split('\t'));
    const sizes = linesOf('apk.room', found, 'wanted').map(word => {
      const offer = offers.find(([name = '', version = '']) => `${name}=${version}` === word);
      return Number(offer?.[2]) + Number(offer?.[3]);
    });
    const sum = sizes.reduce((total, size) => total + size, 0);
    return Number.isSafeInteger(sum) ? sum : undefined;
  },
};

/** The package that brings a service: OpenRC's script of its name, or the unit where a host has systemd. */
export const owners: Probe<{unit: string}, string[]> = {
  script: ({unit}) =>
    defineScript(
      'apk.owners',
      {unit},
      `
export LC_ALL=C
echo '@@ packages'
for path in "/etc/init.d/\${1%.service}" "/usr/lib/systemd/system/$1" "/lib/systemd/system/$1"; do
  [ ! -e "$path" ] || apk info -q --who-owns "$path" 2>/dev/null
done | sort -u
echo '@@ end'`,
      {root: false},
    ),
  parse: raw =>
    linesOf('apk.owners', sections('apk.owners', raw), 'packages').map(line => cleanLine(line, 130)),
};
