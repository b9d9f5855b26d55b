import {cleanLine} from '../model/clean.ts';

/** The ways to log in that ssh2 has, in ssh's order. */
export const loginMethods = ['publickey', 'keyboard-interactive', 'password'] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** What a configuration wants and ssh2 does not have. */
export type Need = {
  /** For people. */
  what: string;
  /** Without it ssh2 would not get there, or would trust what ssh refuses. Any other is only one of the ways to log in. */
  firm: boolean;
};

/** Everything that must be known to reach one host, from the inventory and ssh's own configuration. */
export type Target = {
  /** The host as the inventory names it, or a jump host as ssh_config does: for people. */
  name: string;
  address: string;
  port: number;
  user: string;
  /** 0: both. */
  family: 0 | 4 | 6;
  localAddress: string | undefined;
  /** What known_hosts is asked for: HostKeyAlias (then always as if on port 22) or the address. */
  keyName: string;
  keyPort: number;
  /** As ssh_config wants them; undefined: those of ssh2. */
  hostKeyAlgorithms: string[] | undefined;
  /** The user's files before the system's. */
  knownHostsFiles: string[];
  /** Where a remembered key goes; undefined: nowhere. */
  rememberIn: string | undefined;
  hashNames: boolean;
  /** StrictHostKeyChecking yes, or BatchMode: an unknown key is refused without a question. */
  strict: boolean;
  /** BatchMode: nobody is asked for a passphrase, a password or a code. */
  batch: boolean;
  /** The configuration allows Kerberos. */
  gssapi: boolean;
  /** What ssh2 cannot do there is left to the system's ssh; else it makes do with what it can. */
  fallsBack: boolean;
  /** The ways to log in that its configuration allows, in order. */
  methods: LoginMethod[];
  /** Files that exist, or whose public half does: an agent may have the private one. */
  identityFiles: string[];
  identitiesOnly: boolean;
  agentSocket: string | undefined;
  /** What its configuration wants and ssh2 does not have. */
  needs: Need[];
  /** What ssh has to be asked for it to come to the same. */
  asked: {name: string; port: number | undefined; user: string | undefined; configFile: string | undefined};
  connectMs: number;
  /** The hosts on the way, the nearest first. */
  jumps: Target[];
  /** Those before these, that only a ProxyCommand goes through: to be known, not to be connected to. */
  proxies: {name: string; address: string; port: number}[];
};

/** `web1 (10.0.0.11:22)`, or `10.0.0.11:22` when the name says no more. */
export const describeTarget = (target: Target): string => {
  const place = cleanLine(
    target.address.includes(':') ? `[${target.address}]:${target.port}` : `${target.address}:${target.port}`,
  );
  return target.name === target.address ? place : `${cleanLine(target.name)} (${place})`;
};

/** The same for everything that connects to the same place as the same user by the same way. */
export const targetKey = (target: Target): string =>
  [...target.jumps, target].map(hop => `${hop.user}@${hop.address}:${hop.port}`).join(' > ');
