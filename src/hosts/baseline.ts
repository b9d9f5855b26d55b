import {linesOf, numberOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {baselineSchema, type Baseline, type Regression} from '../model/facts.ts';
import {defineScript, type Probe} from '../model/script.ts';
import {printServices} from './services.ts';

const verb = 'host.baseline';

/** How a host is doing now, as any user may see it. What could not be looked at is named, and never counts as good. */
export const baseline: Probe<undefined, Baseline> = {
  script: () =>
    defineScript(
      verb,
      {},
      `
export LC_ALL=C
echo '@@ at'; date -u +%Y-%m-%dT%H:%M:%SZ
${printServices}
echo '@@ sockets'
if listening=$(ss -l -n -t -u 2>/dev/null); then printf '%s\\n' "$listening" | awk 'NR > 1 {print $1 " " $5}' | sort -u # not every ss knows -H
elif listening=$(netstat -l -n -t -u 2>/dev/null); then printf '%s\\n' "$listening" | awk '/^(tcp|udp)/ {print $1 " " $4}' | sort -u
else echo '? it has neither ss nor netstat'; fi
echo '@@ mounts'; awk '$1 ~ /^\\// || $3 ~ /^(nfs|cifs|overlay|zfs)/ {print $2}' /proc/mounts | sort -u
echo '@@ disks'; df -P -k 2>/dev/null | awk 'NR == FNR {type[$2] = $3; next}
  FNR > 1 && type[$6] !~ /^(tmpfs|devtmpfs|proc|sysfs)$/ {print $4 "\\t" $2 "\\t" $6}' /proc/mounts - # not every df knows -x
echo '@@ load'; cut -d' ' -f1 /proc/loadavg
echo '@@ memory'; awk '/^MemAvailable:/ {print $2}' /proc/meminfo
echo '@@ end'`,
      {root: false},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const lines = (name: string): string[] => linesOf(verb, found, name).map(line => cleanLine(line));
    const unsaid = (name: string): string | undefined => lines(name).find(isUnsaid)?.slice(2);
    const [servicesUnknown, socketsUnknown] = [unsaid('failed'), unsaid('sockets')];
    return baselineSchema.parse({
      at: lines('at')[0],
      ...(servicesUnknown === undefined ? {} : {servicesUnknown}),
      ...(socketsUnknown === undefined ? {} : {socketsUnknown}),
      failedUnits: lines('failed').filter(line => !isUnsaid(line) && !isJob(line)),
      activeServices: lines('services').filter(unit => !isPassing(unit)),
      sockets: lines('sockets').filter(socket => !isUnsaid(socket) && !isEphemeral(socket)),
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

const blind = (what: string, before: string | undefined, after: string | undefined): Regression[] =>
  before === undefined && after !== undefined
    ? [{what: `its ${what} cannot be looked at any more: ${after}`}]
    : [];

/** What is printed in the place of units or sockets that nobody can tell. */
const isUnsaid = (line: string): boolean => line.startsWith('? ');

/** Less free space than this, where there was more before, is a regression. */
const lowDiskBytes = 200 * 1024 ** 2;

/** What is worse after than before. New services, sockets and mounts are no regression; gone ones are. */
export const compareBaselines = (before: Baseline, after: Baseline): Regression[] => {
  const gone = (earlier: readonly string[], later: readonly string[]): string[] => {
    const now = new Set(later);
    return earlier.filter(item => !now.has(item));
  };
  const comparable = (what: 'servicesUnknown' | 'socketsUnknown'): boolean =>
    before[what] === undefined && after[what] === undefined;
  const services = comparable('servicesUnknown');
  const failedBefore = new Set(before.failedUnits);
  const failed = services ? after.failedUnits.filter(unit => !failedBefore.has(unit)) : [];
  const stopped = services
    ? gone(before.activeServices, after.activeServices).filter(unit => !failed.includes(unit))
    : [];
  const silent = comparable('socketsUnknown') ? gone(before.sockets, after.sockets) : [];
  const lowDisks = after.disks.filter(disk => {
    const earlier = before.disks.find(candidate => candidate.mount === disk.mount);
    return disk.freeBytes < lowDiskBytes && (earlier === undefined || earlier.freeBytes >= lowDiskBytes);
  });
  return [
    ...blind('services', before.servicesUnknown, after.servicesUnknown),
    ...blind('sockets', before.socketsUnknown, after.socketsUnknown),
    ...failed.map(unit => ({what: `${unit} failed`, unit})),
    ...stopped.map(unit => ({what: `${unit} ran before and does not now`, unit})),
    ...silent.map(socket => ({what: `nothing listens on ${socket} any more`})),
    ...gone(before.mounts, after.mounts).map(mount => ({what: `${mount} is not mounted any more`})),
    ...lowDisks.map(disk => ({what: `${disk.mount} has ${Math.round(disk.freeBytes / 1024 ** 2)} MB left`})),
  ];
};

/** A job whose runner was killed leaves its unit failed; what became of it is asked in another way. One has the bare id from a version before. */
const isJob = (unit: string): boolean => /^patchdeck-(job@)?[0-9a-f]{32}\.service$/.test(unit);

/** Units that come and go by themselves: sessions, our own jobs, timers' one-shot work. */
const isPassing = (unit: string): boolean =>
  /^(user@|user-runtime-dir@|session-|patchdeck-|run-|apt-daily|man-db|dpkg-db-backup|e2scrub|fstrim|logrotate|systemd-tmpfiles|packagekit|motd-news|ssh@|sshd@)/.test(
    unit,
  );

/** Ports that the kernel picks anew at every start. */
const isEphemeral = (socket: string): boolean => Number(socket.split(':').at(-1)) >= 32_768;
