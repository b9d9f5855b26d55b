import {readFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {PatchdeckError} from '../../src/model/error.ts';
import type {CommandResult} from './command.ts';
import {enter} from './enter.ts';
import {hostAddress, hostName} from './network.ts';
import type {LabPaths} from './paths.ts';
import {isAlive, leaderOf, type ProcessId} from './processes.ts';

/** Waits until the host's sshd answers and systemd says it is up. Throws `lab.not-ready`, with the end of its console. */
export const waitReady = async (
  paths: LabPaths,
  number: number,
  keeper: ProcessId,
  deadlineMs = 90_000,
): Promise<void> => {
  const end = Date.now() + deadlineMs;
  let last = 'nothing of it was seen';
  while (Date.now() < end) {
    if (!isAlive(keeper)) throw await notReady(paths, hostName(number), 'ended while it was booting');
    const leader = leaderOf(keeper);
    const system = leader === undefined ? undefined : await systemState(leader);
    last = system?.stdout.trim() ?? 'not booted';
    if (last.startsWith('degraded')) break;
    if (last === 'running' && (await answersSsh(hostAddress(number)))) return;
    await delay(150);
  }
  throw await notReady(paths, hostName(number), `is not ready: ${last}`);
};

/** What went wrong with a booting host, with the last lines of its console. */
export const notReady = async (paths: LabPaths, name: string, what: string): Promise<PatchdeckError> => {
  const log = await readFile(paths.consoleLog(name), 'utf8').catch(() => '');
  return new PatchdeckError(
    'outside',
    'lab.not-ready',
    `${name} ${what}. The end of its console:\n${log.trimEnd().split('\n').slice(-8).join('\n')}`,
    `Read ${paths.consoleLog(name)}`,
  );
};

const systemState = async (leader: ProcessId): Promise<CommandResult> =>
  enter(
    leader,
    'systemctl is-system-running; [ "$(systemctl is-system-running)" != degraded ] || systemctl --failed --plain --no-legend',
    {timeoutMs: 5000},
  );

const answersSsh = async (address: string): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect({host: address, port: 22, timeout: 2000});
    const answer = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('data', banner => answer(banner.toString().startsWith('SSH-2.0-')));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('close', () => resolve(false));
  });
