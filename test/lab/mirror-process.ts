import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {PatchdeckError} from '../../src/model/error.ts';
import {mirrorPort} from './network.ts';
import type {LabPaths} from './paths.ts';
import {allGone, identify, isAlive, signal} from './processes.ts';
import type {LabState} from './state.ts';

type MirrorProcess = NonNullable<LabState['mirror']>;

/** A mirror that serves on exactly these addresses: the running one when it does, else a new one. */
export const serveMirror = async (
  paths: LabPaths,
  running: MirrorProcess | undefined,
  addresses: string[],
): Promise<MirrorProcess> => {
  if (running !== undefined) {
    if (isAlive(running) && running.addresses.join() === addresses.join()) return running;
    await stopMirror(running);
  }
  const log = openSync(paths.mirrorLog, 'a');
  const server = fileURLToPath(new URL('mirror-server.ts', import.meta.url));
  const child = spawn(process.execPath, [server, paths.mirror, String(mirrorPort), ...addresses], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const started = child.pid === undefined ? undefined : identify(child.pid);
  const end = Date.now() + 15_000;
  while (started !== undefined && isAlive(started) && Date.now() < end) {
    if ((await Promise.all(addresses.map(listens))).every(Boolean)) return {...started, addresses};
    await delay(100);
  }
  if (started !== undefined) signal(started, 'SIGKILL');
  throw new PatchdeckError(
    'outside',
    'lab.mirror',
    `The lab's mirror does not serve: ${(await readFile(paths.mirrorLog, 'utf8')).trimEnd().slice(-500)}`,
    `Read ${paths.mirrorLog}; is port ${mirrorPort} taken?`,
  );
};

export const stopMirror = async (running: MirrorProcess): Promise<void> => {
  signal(running, 'SIGTERM');
  if (!(await allGone([running], 5000))) signal(running, 'SIGKILL');
};

const listens = async (address: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({host: address, port: mirrorPort});
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
