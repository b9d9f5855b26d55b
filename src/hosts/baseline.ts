import {linesOf, numberOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {baselineSchema, type Baseline, type Regression} from '../model/facts.ts';
import {defineScript, type Probe} from '../model/script.ts';

const verb = 'host.baseline';

/** How a host is doing now. Works without systemd (no services then) and as any user. */
export const baseline: Probe<undefined, Baseline> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
echo '@@ at'; date -u +%Y-%m-%dT%H:%M:%SZ
echo '@@ failed'; systemctl list-units --state=failed --no-legend --plain --no-pager 2>/dev/null | cut -d' ' -f1
echo '@@ services'; systemctl list-units --type=service --state=running --no-legend --plain --no-pager 2>/dev/null | cut -d' ' -f1
echo '@@ sockets'; ss -H -l -n -t -u 2>/dev/null | awk '{print $1 " " $5}' | sort -u
echo '@@ mounts'; awk '$1 ~ /^\\// || $3 ~ /^(nfs|cifs|overlay|zfs)/ {print $2}' /proc/mounts | sort -u
echo '@@ disks'; df -P -k -x tmpfs -x devtmpfs -x proc -x sysfs 2>/dev/null | awk 'NR > 1 {print $4 "\\t" $2 "\\t" $6}'
echo '@@ load'; cut -d' ' -f1 /proc/loadavg
echo '@@ memory'; awk '/^MemAvailable:/ {print $2}' /proc/meminfo
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const lines = (name: string): string[] => linesOf(verb, found, name).map(line => cleanLine(line));
    return baselineSchema.parse({
      at: lines('at')[0],
      failedUnits: lines('failed'),
      activeServices: lines('services').filter(unit => !isPassing(unit)),
      sockets: lines('sockets').filter(socket => !isEphemeral(socket)),
      mounts: lines('mounts'),
      disks: linesOf(verb, found, 'disks').map(line => {
        const [free, size, mount] = line.split('\t');
        return {
          mount: cleanLine(mount ?? ''),
          freeBytes: Number(free) * 1024,
          sizeBytes: Number(size) * 1024,
        };
      }),
      load: numberOf(verb, found, 'load'),
      availableBytes: numberOf(verb, found, 'memory') * 1024,
    });
  },
};

/** Less free space than this, where there was more before, is a regression. */
const lowDiskBytes = 200 * 1024 ** 2;

/** What is worse after than before. New services, sockets and mounts are no regression; gone ones are. */
export const compareBaselines = (before: Baseline, after: Baseline): Regression[] => {
  const gone = (earlier: readonly string[], later: readonly string[]): string[] => {
    const now = new Set(later);
    return earlier.filter(item => !now.has(item));
  };
  const failedBefore = new Set(before.failedUnits);
  const failed = after.failedUnits.filter(unit => !failedBefore.has(unit));
  const stopped = gone(before.activeServices, after.activeServices).filter(unit => !failed.includes(unit));
  const lowDisks = after.disks.filter(disk => {
    const earlier = before.disks.find(candidate => candidate.mount === disk.mount);
    return disk.freeBytes < lowDiskBytes && (earlier === undefined || earlier.freeBytes >= lowDiskBytes);
  });
  return [
    ...failed.map(unit => ({what: `${unit} failed`, unit})),
    ...stopped.map(unit => ({what: `${unit} ran before and does not now`, unit})),
    ...gone(before.sockets, after.sockets).map(socket => ({what: `nothing listens on ${socket} any more`})),
    ...gone(before.mounts, after.mounts).map(mount => ({what: `${mount} is not mounted any more`})),
    ...lowDisks.map(disk => ({what: `${disk.mount} has ${Math.round(disk.freeBytes / 1024 ** 2)} MB left`})),
  ];
};

/** Units that come and go by themselves: sessions, our own jobs, timers' one-shot work. */
const isPassing = (unit: string): boolean =>
  /^(user@|user-runtime-dir@|session-|patchdeck-|run-|apt-daily|man-db|dpkg-db-backup|e2scrub|fstrim|logrotate|systemd-tmpfiles|packagekit|motd-news|ssh@|sshd@)/.test(
    unit,
  );

/** Ports that the kernel picks anew at every start. */
const isEphemeral = (socket: string): boolean => Number(socket.split(':').at(-1)) >= 32_768;
