import type {Keepalive} from './settings.ts';
import type {Target} from './target.ts';

/** What is given to the system's ssh besides the options of its configuration. */
export type SystemWay = {
  /** Where the control socket goes, `%C` for its name. */
  folder: string;
  logFile: string;
  /** Keys a person accepted in this console, as a known_hosts file. */
  acceptedFile: string;
  keepalive: Keepalive;
  /** Takes the place of ProxyJump, whose host keys ssh would judge by itself. */
  proxyCommand: string | undefined;
};

/** Arguments of the ssh that holds a connection open. It asks nobody about host keys: an unknown one ends it. */
export const masterArgs = (target: Target, way: SystemWay): string[] => [
  '-v',
  '-E',
  way.logFile,
  ...options({
    ControlMaster: 'yes',
    ControlPath: path(`${way.folder}/`, '%C'),
    ControlPersist: 'no',
    ServerAliveInterval: String(Math.ceil(way.keepalive.everyMs / 1000)),
    ServerAliveCountMax: String(way.keepalive.unanswered),
    NumberOfPasswordPrompts: '1',
    UserKnownHostsFile: [way.acceptedFile, ...target.knownHostsFiles].map(file => path(file)).join(' '),
  }),
  ...common(target, way),
];

/** Arguments of the ssh that only fetches the host's key, of the type that was shown: it logs in to nothing. */
export const probeArgs = (target: Target, way: SystemWay, keyFile: string, algorithm: string): string[] => [
  '-o',
  'StrictHostKeyChecking=accept-new',
  ...options({
    ControlMaster: 'no',
    ControlPath: 'none',
    BatchMode: 'yes',
    PreferredAuthentications: 'none',
    PubkeyAuthentication: 'no',
    HashKnownHosts: 'no',
    HostKeyAlgorithms: algorithm,
    UserKnownHostsFile: path(keyFile),
    GlobalKnownHostsFile: 'none',
  }),
  ...common(target, way),
];

/** Arguments of the ssh that runs a command over an open connection, and never over one of its own. */
export const commandArgs = (socket: string, command: string, terminal: boolean): string[] => [
  '-F',
  'none',
  // On a terminal ssh would look for its own commands in what is typed.
  ...(terminal ? ['-tt', '-e', 'none'] : ['-T']),
  ...overSocket(socket),
  '--',
  'patchdeck',
  command,
];

/** A ProxyCommand over an open connection. ssh runs it by the user's own shell, to which brackets may be a pattern. */
export const hopCommand = (socket: string): string =>
  ['ssh', '-F', 'none', ...overSocket(socket), '-W', '[%h]:%p', 'patchdeck']
    .map(word => (/^[\w./%:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');

/** Without a master ssh would connect by itself; the ProxyCommand makes that fail. */
const overSocket = (socket: string): string[] =>
  options({
    ControlMaster: 'no',
    ControlPath: path(socket),
    ProxyCommand: 'false',
    BatchMode: 'yes',
    LogLevel: 'ERROR',
  });

const common = (target: Target, way: SystemWay): string[] => [
  ...configured(target),
  ...options({
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    VisualHostKey: 'no',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    PermitLocalCommand: 'no',
    RemoteCommand: 'none',
    RequestTTY: 'no',
    Tunnel: 'no',
    ...(way.proxyCommand === undefined ? {} : {ProxyCommand: way.proxyCommand}),
  }),
  '-N',
  '-T',
  '--',
  target.asked.name,
];

/** What `ssh -G` was asked with; without any configuration file, all that it would say. */
const configured = (target: Target): string[] => {
  const {configFile, port, user} = target.asked;
  const given = [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
  ];
  return [
    ...given,
    ...(configFile === 'none'
      ? target.identityFiles.flatMap(file => ['-o', `IdentityFile=${path(file)}`])
      : []),
    ...options(target.agentSocket === undefined ? {IdentityAgent: 'none'} : {}),
  ];
};

const options = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => ['-o', `${name}=${value}`]);

/** A path as a value of ssh_config(5), in which `%` and blanks mean something; what follows may hold tokens. */
const path = (file: string, tokens = ''): string => `"${file.replaceAll('%', '%%')}${tokens}"`;
