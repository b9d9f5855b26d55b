import {linesOf, numberOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {defineScript, type Probe} from '../model/script.ts';

const verb = 'host.preflight';

/** What can stand in the way of an upgrade, as the host is now. */
export type Preflight = {
  /** Free bytes where packages are staged, unpacked and booted from. */
  freeBytes: {mount: string; bytes: number}[];
  /** Processes that hold dpkg's lock. */
  lockHolders: string[];
  broken: string[];
  readOnly: string[];
};

export const preflight: Probe<undefined, Preflight> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
echo '@@ free'
for path in /var/lib /var/lib/patchdeck /var/cache/apt / /usr /boot; do [ -d $path ] && df -P -k $path | awk 'NR == 2 {print $4 "\\t" $6}'; done | sort -u
echo '@@ locks'
for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do
  [ -e $lock ] || continue
  inode=$(stat -c %i $lock)
  awk -v inode="$inode" '{n = split($6, part, ":"); if (part[n] == inode) print $5}' /proc/locks
done | sort -u | while read -r pid; do printf '%s (pid %s)\\n' "$(cat /proc/$pid/comm 2>/dev/null)" "$pid"; done
echo '@@ broken'; dpkg --audit | sed -n 's/^ \\([a-z0-9][^ ]*\\) .*/\\1/p'
[ -z "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ] || echo 'an interrupted dpkg'
echo '@@ read-only'; awk '$4 ~ /(^|,)ro(,|$)/ && ($2 == "/" || $2 == "/usr" || $2 == "/var" || $2 == "/boot") {print $2}' /proc/mounts
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const lines = (name: string): string[] => linesOf(verb, found, name).map(line => cleanLine(line, 120));
    return {
      freeBytes: linesOf(verb, found, 'free').map(line => {
        const [kib, mount = ''] = line.split('\t');
        return {mount: cleanLine(mount), bytes: Number(kib) * 1024};
      }),
      lockHolders: lines('locks'),
      broken: lines('broken'),
      readOnly: lines('read-only'),
    };
  },
};

/** Bytes the staged packages need, which dpkg unpacks beside the old ones: an upper bound for the space wanted below /var. */
export const downloadBytes: Probe<{wanted: readonly string[]}, number> = {
  script: ({wanted}) =>
    defineScript(
      'host.download-bytes',
      {wanted},
      `
export LC_ALL=C
echo '@@ bytes'
apt-cache show $1 2>/dev/null | awk '/^Size: / {download += $2} /^Installed-Size: / {unpacked += $2 * 1024} END {printf "%.0f\\n", download * 2 + unpacked}'
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => numberOf('host.download-bytes', sections('host.download-bytes', raw), 'bytes'),
};

/** Why a host is not ready, one sentence each; empty when it is. */
export const findingsOf = (seen: Preflight, neededBytes: number): string[] => [
  ...seen.broken.map(what => `${what} is half-installed: mend it with dpkg --configure -a first`),
  ...seen.lockHolders.map(holder => `${holder} holds dpkg's lock`),
  ...seen.readOnly.map(mount => `${mount} is mounted read-only`),
  ...seen.freeBytes
    .filter(disk => disk.bytes < (disk.mount === '/boot' ? bootBytes : neededBytes))
    .map(
      disk =>
        `${disk.mount} has ${megabytes(disk.bytes)} free, ${megabytes(disk.mount === '/boot' ? bootBytes : neededBytes)} are needed`,
    ),
];

/** A kernel, its initrd and a spare copy while the initrd is written. */
const bootBytes = 100 * 1024 ** 2;

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MB`;
