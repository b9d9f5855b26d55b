import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import type {Session, Transport} from '../../src/ssh/session.ts';
import {fakeSudo} from './fake-sudo.ts';
import type {Servers} from './servers.ts';
import {realShell, type Exec, type TestServer} from './test-server.ts';
import {hostAt, never, script} from './world.ts';

export const right = 'right horse';
export const wrong = 'wrong horse';
export const root = script('echo done', true);

export type SudoHost = {session: Session; server: TestServer; tries: () => Promise<string[]>};

/** A server whose sudo behaves in a mode of `fakeSudo`; gives the file of its tries too. `wrap`: what its login shell makes of a command. */
export const startWithSudo = async (
  here: Servers,
  mode: string,
  folder = 'one',
  wrap = (command: string) => command,
): Promise<[TestServer, string]> => {
  const {env, log} = await fakeSudo(join(here.world.folder, folder), mode);
  const exec: Exec = (command, channel, info) => realShell(env)(wrap(command), channel, info);
  return [await here.start({exec}), log];
};

/** The same, with a session on it. */
export const openWithSudo = async (
  here: Servers,
  mode: string,
  ask: Asker,
  host: Partial<Host> = {},
  wrap?: (command: string) => string,
): Promise<SudoHost> => {
  const [server, log] = await startWithSudo(here, mode, 'one', wrap);
  await here.world.trust(server);
  const session = await here.world.transport().open(hostAt(server.port, host), ask, never);
  return {session, server, tries: () => triesIn(log)};
};

/** As many of them as there are modes, behind one transport, and the files of their tries. */
export const fleetWithSudo = async (
  here: Servers,
  modes: readonly string[],
): Promise<{transport: Transport; hosts: Host[]; logs: string[]}> => {
  const started = await Promise.all(modes.map((mode, index) => startWithSudo(here, mode, `host${index}`)));
  await here.world.trust(...started.map(([server]) => server));
  return {
    transport: here.world.transport(),
    hosts: started.map(([server], index) => hostAt(server.port, {name: `web${index}`})),
    logs: started.map(([, log]) => log),
  };
};

/** The passwords that sudo was given, in order. */
export const triesIn = async (log: string): Promise<string[]> =>
  (await readFile(log, 'utf8')).split('\n').filter(line => line !== '');

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
