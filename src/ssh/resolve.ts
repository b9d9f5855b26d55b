import {existsSync} from 'node:fs';
import {userInfo} from 'node:os';
import type {Host} from '../model/host.ts';
import {expandPath} from './config-path.ts';
import {unresolved} from './errors.ts';
import {allowedMethods, isBatch} from './login-methods.ts';
import {needsOf} from './needs.ts';
import {proxyHostOf} from './proxy-command.ts';
import type {SshSettings} from './settings.ts';
import {configValue, type SshConfig} from './ssh-config.ts';
import type {SshConfigReader} from './ssh-config-reader.ts';
import {loginMethods, type Target} from './target.ts';

const maxJumps = 8;

/** Finds out how a host is reached. Throws `ssh.unresolved`. */
export const resolveTarget = async (
  host: Host,
  settings: SshSettings,
  read: SshConfigReader,
): Promise<Target> => {
  const {name, address, port, user, jump} = host;
  const wanted = {name, ask: address, port, user, jump};
  if (settings.configFile === 'none') return plainTarget(wanted, settings);
  const target = await throughConfig(wanted, settings, read, []);
  const fallsBack = host.transport === undefined;
  return {...target, fallsBack, jumps: target.jumps.map(jump => ({...jump, fallsBack}))};
};

/** `jump`: the way there, where it is stated elsewhere than in ssh's configuration. */
type Wanted = {
  name: string;
  ask: string;
  port: number | undefined;
  user: string | undefined;
  jump?: string | undefined;
};

const throughConfig = async (
  wanted: Wanted,
  settings: SshSettings,
  read: SshConfigReader,
  before: readonly string[],
  jumpsAreGiven = false,
): Promise<Target> => {
  const {name, ask, port, user} = wanted;
  const config = await read({name: ask, port, user, configFile: settings.configFile});
  // A stated way takes the place of a ProxyCommand, too, as `ssh -J` does.
  const target = fromConfig(wanted, config, settings, jumpsAreGiven || wanted.jump !== undefined);
  const jumpList = jumpsAreGiven ? undefined : (wanted.jump ?? configValue(config, 'proxyjump'));
  if (jumpList === undefined) {
    const proxies = jumpsAreGiven ? [] : await behindProxy(config, settings, read, [...before, ask]);
    return {...target, proxies};
  }
  if (before.includes(ask) || before.length >= maxJumps) {
    throw unresolved(
      name,
      `its ProxyJump goes in a circle or over more than ${maxJumps} hosts (${[...before, ask].join(' > ')})`,
    );
  }
  const jumps: Target[] = [];
  for (const [index, spec] of jumpList.split(',').entries()) {
    const hop = parseJump(name, spec.trim());
    // As ssh does it: only the first host of a list is reached by its own configuration, the others through the one before.
    const found = await throughConfig(hop, settings, read, [...before, ask], index > 0);
    jumps.push(...found.jumps, {...found, jumps: []});
  }
  return {...target, jumps};
};

/** The hosts of a ProxyCommand that is an ssh of its own, as that one reaches them. What cannot be found out is its business alone. */
const behindProxy = async (
  config: SshConfig,
  settings: SshSettings,
  read: SshConfigReader,
  before: readonly string[],
): Promise<Target['proxies']> => {
  const proxy = proxyHostOf(configValue(config, 'proxycommand') ?? '');
  if (proxy === undefined || before.includes(proxy.name)) return [];
  const {name, user, port} = proxy;
  const found = await throughConfig({name, ask: name, user, port}, settings, read, before).catch(
    () => undefined,
  );
  return found === undefined
    ? [{name, address: name, port: port ?? 22}]
    : [...found.proxies, ...found.jumps, found].map(hop => ({
        name: hop.name,
        address: hop.address,
        port: hop.port,
      }));
};

const fromConfig = (
  {name, ask, port: givenPort, user: givenUser}: Wanted,
  config: SshConfig,
  settings: SshSettings,
  jumpsAreGiven: boolean,
): Target => {
  const address = configValue(config, 'hostname');
  const port = Number(configValue(config, 'port'));
  const user = configValue(config, 'user');
  if (address === undefined || user === undefined || !Number.isInteger(port)) {
    throw unresolved(name, 'ssh -G gave no host name, port or user');
  }
  const tokens = {address, name, port, user};
  const alias = configValue(config, 'hostkeyalias');
  const userFiles = pathList(configValue(config, 'userknownhostsfile'));
  const seconds = Number(configValue(config, 'connecttimeout') ?? Number.NaN);
  const identityFiles = (config.get('identityfile') ?? [])
    .filter(path => path !== 'none')
    .map(path => expandPath(path, tokens))
    .filter(isKey);
  const batch = isBatch(config);
  return {
    ...tokens,
    family: familyOf(configValue(config, 'addressfamily')),
    localAddress: configValue(config, 'bindaddress'),
    keyName: alias ?? address,
    keyPort: alias === undefined ? port : 22,
    hostKeyAlgorithms: configValue(config, 'hostkeyalgorithms')?.split(','),
    knownHostsFiles: [...userFiles, ...pathList(configValue(config, 'globalknownhostsfile'))],
    rememberIn: userFiles.find(path => path !== '/dev/null'),
    hashNames: configValue(config, 'hashknownhosts') === 'yes',
    strict: batch || ['yes', 'true'].includes(configValue(config, 'stricthostkeychecking') ?? ''),
    batch,
    gssapi: configValue(config, 'gssapiauthentication') === 'yes',
    fallsBack: false,
    methods: allowedMethods(config).filter(method => !batch || method === 'publickey'),
    identityFiles,
    identitiesOnly: configValue(config, 'identitiesonly') === 'yes',
    agentSocket: settings.useAgent ? agentSocket(config) : undefined,
    needs: needsOf(config, identityFiles, jumpsAreGiven),
    asked: {name: ask, port: givenPort, user: givenUser, configFile: settings.configFile},
    connectMs: seconds > 0 ? seconds * 1000 : settings.deadlines.connectMs,
    jumps: [],
    proxies: [],
  };
};

const plainTarget = (wanted: Wanted, settings: SshSettings): Target => {
  const {name, ask: address, user, jump} = wanted;
  const port = wanted.port ?? 22;
  const hops = jump === undefined ? [] : jump.split(',').map(spec => parseJump(name, spec.trim()));
  return {
    name,
    address,
    port,
    user: user ?? userInfo().username,
    family: 0,
    localAddress: undefined,
    keyName: address,
    keyPort: port,
    hostKeyAlgorithms: undefined,
    knownHostsFiles: settings.knownHostsFiles,
    rememberIn: settings.knownHostsFiles[0],
    hashNames: false,
    strict: false,
    batch: false,
    gssapi: false,
    fallsBack: false,
    methods: [...loginMethods],
    identityFiles: settings.identityFiles.filter(isKey),
    identitiesOnly: false,
    agentSocket: settings.useAgent ? process.env['SSH_AUTH_SOCK'] : undefined,
    needs: [],
    asked: {name: address, port, user, configFile: 'none'},
    connectMs: settings.deadlines.connectMs,
    jumps: hops.map(hop => plainTarget(hop, settings)),
    proxies: [],
  };
};

/** One host of a ProxyJump list, `[user@]host[:port]` or the same as an ssh:// URI (ssh_config(5)). */
const parseJump = (name: string, spec: string): Wanted => {
  const match =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:[\]]+)|([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*))(?::(\d{1,5}))?\/?$/i.exec(
      spec,
    );
  const jump = match?.[2] ?? match?.[3] ?? match?.[4];
  if (match === null || jump === undefined)
    throw unresolved(name, `its ProxyJump has a host that cannot be read: ${spec}`);
  return {name: jump, ask: jump, user: match[1], port: match[5] === undefined ? undefined : Number(match[5])};
};

/** A private key, or the public half of one that an agent has. */
const isKey = (path: string): boolean => existsSync(path) || existsSync(`${path}.pub`);

/** IdentityAgent: a socket, `SSH_AUTH_SOCK`, `$NAME`, or `none`; by default the socket the environment names. */
const agentSocket = (config: SshConfig): string | undefined => {
  const value = config.get('identityagent')?.[0];
  if (value === 'none') return undefined;
  if (value === undefined || value === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'];
  const variable = /^\$(\w+)$/.exec(value)?.[1];
  return variable === undefined ? value : process.env[variable];
};

/** ssh -G prints a list of paths without quotes; a path may hold blanks, but begins with `/` or `~`. */
const pathList = (value: string | undefined): string[] =>
  value?.split(/ +(?=[/~])/).filter(path => path !== '') ?? [];

const familyOf = (value: string | undefined): 0 | 4 | 6 => (value === 'inet' ? 4 : value === 'inet6' ? 6 : 0);
