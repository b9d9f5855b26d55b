import {linesOf, numberOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Change} from '../../model/package.ts';
import {defineScript, type Probe} from '../../model/script.ts';
import type {ManagerShell} from '../manager.ts';
import {printUnitFile} from '../unit-file.ts';

/**
 * What is half-installed is read from dpkg's states, since `dpkg --audit` answers root only. Of the two that root asks, `apt-get check`
 * calls a failed postinst fine; `dpkg --audit` names it.
 */
export const shell: ManagerShell = {
  present: 'command -v apt-get >/dev/null 2>&1',
  held: 'apt-mark showhold 2>/dev/null',
  automatic: 'apt-mark showauto 2>/dev/null',
  broken: `dpkg-query -W -f='\${db:Status-Abbrev}\\t\${Package}\\n' 2>/dev/null | awk -F'\\t' '$1 ~ /^.([HUFWt]|.R)/ {print $2}'`,
  rebootWanted: `[ ! -e /run/reboot-required ] || { cat /run/reboot-required.pkgs 2>/dev/null || echo 'reboot-required'; } | sort -u`,
  paths: ['/var/cache/apt'],
  lockHolders: `for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do
  [ -e $lock ] || continue
  inode=$(stat -c %i $lock)
  awk -v inode="$inode" '{n = split($6, part, ":"); if (part[n] == inode) print $5}' /proc/locks
done | sort -u | while read -r pid; do printf '%s (pid %s)\\n' "$(cat /proc/$pid/comm 2>/dev/null)" "$pid"; done`,
  interrupted: `dpkg --audit | sed -n 's/^ \\([a-z0-9][^ ]*\\) .*/\\1/p'
[ -z "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ] || echo 'an interrupted dpkg'`,
};

/** What is downloaded lies twice, in apt's cache and where it is staged; what it unpacks to lies beside the old: an upper bound. */
export const room: Probe<readonly Change[], number | undefined> = {
  script: changes =>
    defineScript(
      'apt.room',
      {
        wanted: changes.flatMap(({name, arch, to}) => (to === null ? [] : [`${name}:${arch}=${to}`])),
      },
      `
export LC_ALL=C
echo '@@ bytes'
apt-cache show $1 2>/dev/null | awk -v wanted="$(printf '%s' "$1" | wc -w)" '/^Size: / {found += 1; download += $2} /^Installed-Size: / {unpacked += $2 * 1024}
  END {if (found >= wanted) printf "%.0f\\n", download * 2 + unpacked}'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections('apt.room', raw);
    return wordOf('apt.room', found, 'bytes') === '' ? undefined : numberOf('apt.room', found, 'bytes');
  },
};

/** The package that brings the unit, and those whose maintainer scripts name it. */
export const owners: Probe<{unit: string}, string[]> = {
  script: ({unit}) =>
    defineScript(
      'apt.owners',
      {unit},
      `
export LC_ALL=C
echo '@@ packages'
path=$(${printUnitFile})
[ -z "$path" ] || { dpkg -S "$path" 2>/dev/null || dpkg -S "\${path#/usr}" 2>/dev/null; } | head -n 1 | cut -d: -f1
grep -lwF -e "$1" -e "\${1%.service}" /var/lib/dpkg/info/*.postinst /var/lib/dpkg/info/*.preinst /var/lib/dpkg/info/*.prerm /var/lib/dpkg/info/*.postrm 2>/dev/null |
  sed 's#.*/##; s#\\.[a-z]*$##; s#:.*##' | sort -u
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => [
    ...new Set(
      linesOf('apt.owners', sections('apt.owners', raw), 'packages').map(line => cleanLine(line, 130)),
    ),
  ],
};
