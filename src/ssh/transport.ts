import {userInfo} from 'node:os';
import {describeError, hasCode, PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';
import type {Asker} from '../model/question.ts';
import type {Reach} from '../model/reach.ts';
import {startOn} from './channel.ts';
import {chooseTransport} from './choose-transport.ts';
import type {Carrier} from './command.ts';
import {connect, createStartGates, type Connection, type Shared} from './connect.ts';
import {createHostKeys} from './host-key.ts';
import {createWays, type Ways} from './jump.ts';
import {createKeyFiles} from './key-files.ts';
import {openLocal} from './local.ts';
import {openSession} from './open-session.ts';
import {resolveTarget} from './resolve.ts';
import {createSecrets} from './secrets.ts';
import type {Session, Tell, Transport} from './session.ts';
import {defaultConnectLimits, type SshSettings} from './settings.ts';
import {loadSsh2} from './ssh2.ts';
import {createSshConfigReader} from './ssh-config-reader.ts';
import {createSystemSsh} from './system-connect.ts';
import {targetKey, type Target} from './target.ts';

export type {SshSettings} from './settings.ts';

/**
 * The real way to hosts. What one transport learns - accepted host keys, passwords, unlocked keys, jump hosts - serves all its sessions, so a
 * console has one. ssh2 is loaded when the first host needs it.
 */
export const createTransport = (settings: SshSettings): Transport => {
  const limits = settings.limits ?? defaultConnectLimits;
  const secrets = createSecrets();
  const hostKeys = createHostKeys();
  const starting = createStartGates(limits);
  const readConfig = createSshConfigReader();
  const system = createSystemSsh({hostKeys, secrets, starting, limits});
  /** Why ssh2 did not do, by target. */
  const beyond = new Map<string, string>();
  let loaded: Promise<{shared: Shared; ways: Ways}> | undefined;
  const load = async (): Promise<{shared: Shared; ways: Ways}> => {
    const ssh2 = await loadSsh2();
    const keyFiles = createKeyFiles(ssh2.utils.parseKey);
    const shared: Shared = {ssh2, hostKeys, keyFiles, secrets, starting, keepalive: limits.keepalive};
    return {shared, ways: createWays(shared)};
  };

  const bySsh2 = async (
    target: Target,
    because: string,
    host: Host,
    ask: Asker,
    signal: AbortSignal,
    tell: Tell | undefined,
  ): Promise<Carrier> => {
    const {shared, ways} = await (loaded ??= load());
    const {way, release} = await ways.borrow(target, ask, signal);
    try {
      const carrier = carrierOf(await connect(target, way, shared, ask, signal, tell), because, host);
      carrier.onGone(release);
      return carrier;
    } catch (error) {
      release();
      throw error;
    }
  };

  const bySystem = async (
    target: Target,
    because: string,
    ask: Asker,
    signal: AbortSignal,
    tell: Tell | undefined,
  ): Promise<Carrier> => ({
    ...(await system.open(target, ask, signal, tell)),
    by: {transport: 'system', because},
  });

  const carry = async (
    target: Target,
    host: Host,
    ask: Asker,
    signal: AbortSignal,
    tell: Tell | undefined,
  ): Promise<Carrier> => {
    const {transport, because} = await chooseTransport(host, target, hostKeys);
    const known = host.transport === undefined ? beyond.get(targetKey(target)) : undefined;
    if (transport === 'system') return bySystem(target, because, ask, signal, tell);
    if (known !== undefined) return bySystem(target, known, ask, signal, tell);
    try {
      return await bySsh2(target, because, host, ask, signal, tell);
    } catch (error) {
      // Only what ssh2 cannot do at all is asked of the other; never what a host key or a login was refused for.
      if (host.transport !== undefined || settings.configFile === 'none' || !isBeyond(error)) throw error;
      const why = hasCode(error, 'ssh.no-common-algorithm')
        ? 'ssh2 has no algorithm in common'
        : 'ssh2 has not all ways to log in';
      const carrier = await bySystem(target, why, ask, signal, tell).catch((second: unknown) => {
        throw second instanceof PatchdeckError && second.code === 'ssh.authentication'
          ? bothFailed(error, second)
          : second;
      });
      beyond.set(targetKey(target), why);
      return carrier;
    }
  };

  return {
    open: async (host: Host, ask, signal, tell): Promise<Session> => {
      signal.throwIfAborted();
      const target = host.transport === 'local' ? undefined : await resolveTarget(host, settings, readConfig);
      const carrier = target === undefined ? openLocal() : await carry(target, host, ask, signal, tell);
      return openSession({
        host,
        user: target?.user ?? userInfo().username,
        carrier,
        where: target === undefined ? {jumps: []} : whereIs(target),
        secrets,
        ask,
        deadlines: settings.deadlines,
        channels: limits.channels,
      });
    },
    close: () => system.close(),
  };
};

const whereIs = ({address, port, jumps, proxies}: Target): Pick<Reach, 'at' | 'jumps'> => {
  const place = (hop: Target['proxies'][number]) => ({name: hop.name, address: hop.address, port: hop.port});
  return {
    at: {address, port},
    jumps: [...jumps.flatMap(hop => [...hop.proxies, hop]), ...proxies].map(place),
  };
};

const isBeyond = (error: unknown): error is PatchdeckError =>
  hasCode(error, 'ssh.no-common-algorithm') || hasCode(error, 'ssh.unsupported');

const bothFailed = (first: PatchdeckError, second: PatchdeckError): PatchdeckError =>
  new PatchdeckError(
    second.kind,
    second.code,
    `${second.message} (the system's ssh was asked since ssh2 did not do: ${describeError(first)})`,
    second.next,
    {cause: second},
  );

const carrierOf = ({client, hostKey, byCode}: Connection, because: string, host: Host): Carrier => ({
  by: {transport: 'ssh2', because},
  hostKey,
  byCode,
  start: startOn(client, host),
  terminals: true,
  onGone: gone => {
    let told = false;
    const tell = (): void => {
      if (!told) gone();
      told = true;
    };
    client.once('close', tell);
    client.once('end', tell);
  },
  close: () => client.end(),
});
