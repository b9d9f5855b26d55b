import {spawn} from 'node:child_process';
import {closeSync, existsSync, openSync} from 'node:fs';
import {readdir, readFile, rmdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {PatchdeckError} from '../../src/model/error.ts';
import {hostName, machineName} from './network.ts';
import type {LabPaths} from './paths.ts';
import {allGone, childrenOf, identify, leaderOf, signal, type ProcessId} from './processes.ts';
import {notReady} from './ready.ts';

/** Where this machine may have control groups: unified, or hybrid with two hierarchies. */
const hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];

/**
 * Boots a host that outlives this process. Its root is mounted in a mount namespace of its own, which goes when the
 * host does. It has a control group of its own as well: systemd-nspawn puts every host that is started with
 * `--keep-unit` in "payload" below the caller's group, and hosts that share one stop each other's services.
 * It may change its own network, as any host may: the link is all that there is in its namespace. Exit status 133 is how a reboot looks from outside. The unified hierarchy is what every current release boots with.
 */
export const boot = async (paths: LabPaths, number: number, lower: readonly string[]): Promise<ProcessId> => {
  const name = hostName(number);
  const script = `
for hierarchy in ${hierarchies.join(' ')}; do
  [ -e "$hierarchy/cgroup.procs" ] || continue
  mkdir -p "$hierarchy/patchdeck-lab/$1"
  echo $$ >"$hierarchy/patchdeck-lab/$1/cgroup.procs"
done
mount -t overlay overlay -o "lowerdir=$2,upperdir=$3/upper,workdir=$3/work" "$3/root" || exit 1
while :; do
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --boot --register=no --keep-unit \\
    --resolv-conf=off --timezone=off --link-journal=no \\
    --machine "$1" --directory "$3/root" --network-namespace-path "/run/netns/$1" \\
    --capability=CAP_NET_ADMIN </dev/null
  status=$?
  [ "$status" = 133 ] || exit "$status"
done`;
  const log = openSync(paths.consoleLog(name), 'a');
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--propagation', 'slave', '--'],
      ...[
        'sh',
        '-c',
        script,
        `patchdeck-lab-${name}`,
        machineName(number),
        lower.join(':'),
        paths.host(name),
      ],
    ],
    {detached: true, stdio: ['ignore', log, log]},
  );
  closeSync(log);
  child.unref();
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  const keeper = child.pid === undefined ? undefined : identify(child.pid);
  if (keeper === undefined) throw await notReady(paths, name, 'ended at once');
  return keeper;
};

/** Powers the host off as a person would, or - when it does not go, or `atOnce` - ends its processes. */
export const stop = async (number: number, keeper: ProcessId, atOnce: boolean): Promise<void> => {
  // SIGRTMIN+4 is "power off" to systemd. Source: systemd(1).
  const powerOff = 38;
  const name = machineName(number);
  const leader = leaderOf(keeper);
  if (!atOnce && leader !== undefined) {
    signal(leader, powerOff);
    await allGone([keeper], 20_000);
  }
  // The keeper first, or it would boot the host again.
  const all = [keeper, ...childrenOf(keeper), ...childrenOf(keeper).flatMap(childrenOf)];
  for (const each of all) signal(each, 'SIGKILL');
  await killGroup(name);
  if (!(await allGone(all, 10_000)))
    throw new PatchdeckError(
      'outside',
      'lab.still-running',
      `${hostName(number)} does not end; its processes are ${all.map(each => each.pid).join(', ')}.`,
      'See what holds them: ps -o pid,stat,wchan:30,args',
    );
  await removeControlGroups(name);
};

/** Ends what is left in the host's own control group: a keeper that was killed by others leaves its host behind. */
export const killGroup = async (name: string): Promise<void> => {
  for (const hierarchy of hierarchies) {
    const kill = join(hierarchy, 'patchdeck-lab', name, 'cgroup.kill');
    if (!existsSync(kill)) continue;
    await writeFile(kill, '1');
    const populated = async (): Promise<boolean> =>
      (await readFile(join(dirname(kill), 'cgroup.events'), 'utf8')).includes('populated 1');
    const end = Date.now() + 10_000;
    while ((await populated()) && Date.now() < end) await delay(20);
  }
};

/** The processes are gone, but a group's last ones may take a moment to be forgotten: those that stay are reused. */
const removeControlGroups = async (name: string): Promise<void> => {
  for (const hierarchy of hierarchies) {
    const group = join(hierarchy, 'patchdeck-lab', name);
    if (!existsSync(group)) continue;
    const folders = (await readdir(group, {recursive: true, withFileTypes: true}))
      .filter(entry => entry.isDirectory())
      .map(entry => join(entry.parentPath, entry.name));
    const deepestFirst = [...folders, group].toSorted((a, b) => b.length - a.length);
    for (const folder of deepestFirst) await rmdir(folder).catch(() => undefined);
    await rmdir(join(hierarchy, 'patchdeck-lab')).catch(() => undefined);
  }
};
