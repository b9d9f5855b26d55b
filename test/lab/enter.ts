import {run, type CommandOptions, type CommandResult} from './command.ts';
import type {ProcessId} from './processes.ts';

/**
 * Runs a shell command as root inside a host, past its network and its sshd: for setting a scene and for looking at
 * what is true. The environment is a fresh one.
 */
export const enter = async (
  leader: ProcessId,
  command: string,
  options: CommandOptions = {},
): Promise<CommandResult> =>
  run(
    'nsenter',
    [
      ...['--target', String(leader.pid), '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'],
      ...['--wdns=/', '--'],
      ...['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
      ...['LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', '/bin/sh', '-c', command],
    ],
    options,
  );
