import {readdir, readFile, rm} from 'node:fs/promises';
import {PatchdeckError} from '../../src/model/error.ts';
import {removeTree} from './base-root.ts';
import {stop} from './boot.ts';
import {stopMirror} from './mirror-process.ts';
import {hostName, networkOf, removeNetwork} from './network.ts';
import type {LabPaths} from './paths.ts';
import {readState} from './state.ts';

/** Ends the hosts as a person would, and the mirror, and looks whether anything is left. Throws `lab.left-over`. */
export const takeDown = async (paths: LabPaths, purge: boolean): Promise<void> => {
  const state = await readState(paths);
  await Promise.all(
    state.hosts.map(async ({number, keeper}) => {
      if (keeper !== undefined) await stop(number, keeper, false);
      await removeNetwork(number);
      await removeTree(paths.host(hostName(number)));
    }),
  );
  if (state.mirror !== undefined) await stopMirror(state.mirror);
  const left = [
    ...state.hosts.flatMap(({number}) => networkOf(number)),
    ...(await processesOf(paths)).map(pid => `process ${pid}`),
  ];
  if (left.length > 0)
    throw new PatchdeckError(
      'outside',
      'lab.left-over',
      `The lab is down, but this is left of it: ${left.join(', ')}.`,
      'Look at it (ps, ip netns list, findmnt), and run `down` again.',
    );
  for (const file of [paths.state, paths.inventory, paths.sshConfig, paths.knownHosts, paths.mirrorLog])
    await rm(file, {force: true});
  if (purge) await removeTree(paths.dir);
};

/**
 * The processes that serve the lab's mirror, hold its key or see a mount of its hosts. A host's mounts are in namespaces of its
 * own: nobody else sees them, and they go with the last process that does. Sources: proc_pid_cmdline(5),
 * proc_pid_mountinfo(5).
 */
const processesOf = async (paths: LabPaths): Promise<number[]> => {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number);
  const of = async (pid: number): Promise<boolean> => {
    const read = async (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const words = (await read('cmdline')).split('\0');
    if (words.includes(paths.gnupg)) return true;
    if (words.includes(paths.mirror) && words.some(word => word.endsWith('mirror-server.ts'))) return true;
    return (await read('mountinfo')).includes(`${paths.dir}/hosts/`);
  };
  const ours = await Promise.all(pids.map(async pid => ((await of(pid)) ? pid : undefined)));
  return ours.filter(pid => pid !== undefined);
};
