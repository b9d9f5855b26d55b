import {distributionManagers, ofEach} from '../managers/registry.ts';
import type {Manager} from '../managers/manager.ts';
import {badAnswer, linesOf, sections} from '../model/answer.ts';
import {cleanLine} from '../model/clean.ts';
import {defineScript, type Probe} from '../model/script.ts';

const verb = 'host.preflight';

/** What can stand in the way of an upgrade, as the host is now. */
export type Preflight = {
  /** Free bytes where packages are staged, unpacked and booted from. */
  freeBytes: {mount: string; bytes: number}[];
  /** What stands in the way of a package manager, one sentence each. */
  blocked: string[];
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
for path in /var/lib /var/lib/patchdeck ${distributionManagers.flatMap(({shell}) => shell.paths).join(' ')} / /usr /boot; do [ -d $path ] && df -P -k $path | awk 'NR == 2 {print $4 "\\t" $6}'; done | sort -u
echo '@@ locks'
${ofEach(({id, shell}) => `{ ${shell.lockHolders}; } | sed 's/^/${id}\t/'`)}
echo '@@ broken'
${ofEach(({id, shell}) => `{ ${shell.interrupted}; } | sed 's/^/${id}\t/'`)}
echo '@@ read-only'; awk '$4 ~ /(^|,)ro(,|$)/ && ($2 == "/" || $2 == "/usr" || $2 == "/var" || $2 == "/boot") {print $2}' /proc/mounts
echo '@@ end'`,
      {root: true},
    ),
  parse: raw => {
    const found = sections(verb, raw);
    const told = (part: string): {what: string; manager: Manager}[] =>
      linesOf(verb, found, part).map(line => {
        const [id, what = ''] = line.split('\t');
        const manager = distributionManagers.find(known => known.id === id);
        if (manager === undefined) throw badAnswer(verb, `"${cleanLine(line, 80)}" is of no manager`);
        return {what: cleanLine(what, 120), manager};
      });
    const locks = told('locks');
    // What looks half done while somebody is at work there is what he is doing: to be waited for, never to be mended.
    const atWork = new Set(locks.map(({manager}) => manager.database));
    const broken = told('broken').filter(({manager}) => !atWork.has(manager.database));
    return {
      freeBytes: linesOf(verb, found, 'free').map(line => {
        const [kib, mount = ''] = line.split('\t');
        return {mount: cleanLine(mount), bytes: Number(kib) * 1024};
      }),
      blocked: [
        ...broken.map(
          ({what, manager}) => `${what} is half-installed: mend it with ${manager.words.mend} first`,
        ),
        ...locks.map(({what, manager}) => `${what} holds ${manager.words.lock}`),
      ],
      readOnly: linesOf(verb, found, 'read-only').map(line => cleanLine(line, 120)),
    };
  },
};

/** Why a host is not ready, one sentence each; empty when it is. */
export const findingsOf = (seen: Preflight, neededBytes: number): string[] => [
  ...seen.blocked,
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
