import type {Client, ClientChannel} from 'ssh2';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Exit} from '../model/script.ts';
import type {CommandEvents, StartCommand} from './command.ts';

/** The host allows no more sessions on this connection at the moment (MaxSessions of sshd); one that ends makes room. */
export class NoMoreChannels extends Error {
  override readonly name = 'NoMoreChannels';
}

/**
 * Commands on a connection of ssh2. The channel is handed over at once, not by a promise: its output, exit status and end may come with the same
 * packet.
 */
export const startOn =
  (client: Client, host: Host): StartCommand =>
  (command, events, terminal) => {
    try {
      client.exec(command, terminal ? {pty: {term: 'dumb'}} : {}, (error, channel) => {
        if (error) events.failed(explain(host, error));
        else follow(channel, events);
      });
    } catch (error) {
      events.failed(lost(host, error));
    }
  };

const follow = (channel: ClientChannel, events: CommandEvents): void => {
  let exit: Exit | undefined;
  channel.on('error', () => undefined);
  channel.on('data', (chunk: Buffer) => events.output(chunk));
  channel.stderr.on('data', (chunk: Buffer) => events.errors(chunk));
  channel.on('exit', (code: number | null, name?: string) => {
    exit = code === null ? {signal: cleanLine(name ?? 'unknown')} : {code};
  });
  // What stderr still holds is delivered first.
  channel.on('close', () => setImmediate(() => events.ended(exit)));
  events.opened({
    write: text => void channel.write(text),
    end: text => void channel.end(text),
    close: () => channel.close(),
  });
};

/** What a caller sees when there is no room even though nothing of ours is open. */
export const noChannel = (host: Host, error: NoMoreChannels): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'ssh.shell',
    `${host.name} opens no session (${cleanLine(error.message)}); nothing was done there`,
    'see MaxSessions and PermitOpen in sshd_config there',
    {cause: error},
  );

/** RFC 4254, 5.1: sshd answers 1 or 2 when MaxSessions is reached, depending on its version. */
const explain = (host: Host, error: Error & {reason?: unknown}): Error => {
  if (error.reason === 1 || error.reason === 2) return new NoMoreChannels(error.message, {cause: error});
  if (/Unable to exec/.test(error.message)) {
    return new PatchdeckError(
      'outside',
      'ssh.shell',
      `${host.name} refused to run a command; nothing was done there`,
      'see that the user may run commands there (ForceCommand, restrict, internal-sftp in sshd_config or authorized_keys)',
      {cause: error},
    );
  }
  if (/pseudo-terminal/.test(error.message)) return noTerminal(host, error);
  return lost(host, error);
};

const noTerminal = (host: Host, error: Error): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.needs-tty',
    `root is to be had on a terminal only on ${host.name}, which gives none; nothing was done there`,
    'allow one (PermitTTY in sshd_config, no-pty in authorized_keys there), or root without (Defaults:USER !requiretty, permit nopass)',
    {cause: error},
  );

const lost = (host: Host, error: unknown): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'ssh.closed',
    `the connection to ${host.name} was lost (${cleanLine(error instanceof Error ? error.message : String(error))}); what was to be run was not sent`,
    'it is tried again when the host is back',
    {cause: error},
  );
