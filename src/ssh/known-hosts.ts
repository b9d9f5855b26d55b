import {createHash} from 'node:crypto';
import {matchesHosts} from './host-pattern.ts';

/** One usable line of a known_hosts file, as sshd(8) describes it under SSH_KNOWN_HOSTS FILE FORMAT. */
export type KnownHost = {
  marker: 'plain' | 'revoked' | 'cert-authority';
  /** The first field as it stands: names and patterns, or one hashed name. */
  hosts: string;
  type: string;
  key: Uint8Array;
  file: string;
  /** From 1. */
  line: number;
};

export type KnownHosts = {entries: KnownHost[]; badLines: number};

export type Verdict =
  | {is: 'known'}
  | {is: 'unknown'}
  | {is: 'changed'; file: string; line: number; fingerprint: string; type: string}
  | {is: 'revoked'; file: string; line: number};

/** Reads the text of one known_hosts file. Lines that cannot be read are left out and counted, as ssh does. */
export const parseKnownHosts = (text: string, file: string): KnownHosts => {
  const known: KnownHosts = {entries: [], badLines: 0};
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const entry = parseLine(line, file, index + 1);
    if (entry === undefined) known.badLines += 1;
    else known.entries.push(entry);
  }
  return known;
};

/** The name a host is looked up by: `host` for port 22, `[host]:port` for any other. Lower case, as ssh looks it up. */
export const lookupName = (name: string, port: number): string =>
  (port === 22 ? name : `[${name}]:${port}`).toLowerCase();

/**
 * What known_hosts says about the key a host showed. A revoked key is refused even where another line allows it. A key that no line
 * has is `changed` when any other key is known for this host: the known types are asked for first, so a host that still had the
 * known key would have shown that one. (ssh asks when only the type differs; blocking is the safer answer.)
 * Lines of certificate authorities say nothing about plain keys. Like ssh, a host on another port that has no line of its own is also known by
 * one without a port.
 */
export const verdict = (
  entries: readonly KnownHost[],
  shown: {name: string; port: number; key: Uint8Array; askable?: readonly string[]},
): Verdict => {
  const lookup = lookupName(shown.name, shown.port);
  const own = entries.filter(entry => matchesHosts(entry.hosts, lookup));
  const same = (entry: KnownHost): boolean => Buffer.from(entry.key).equals(shown.key);
  const revoked = own.find(entry => entry.marker === 'revoked' && same(entry));
  if (revoked !== undefined) return {is: 'revoked', file: revoked.file, line: revoked.line};
  const plain = own.filter(entry => entry.marker === 'plain');
  if (plain.some(same)) return {is: 'known'};
  if (plain.length === 0 && shown.port !== 22 && isKnownWithoutPort(entries, shown.name, same)) {
    return {is: 'known'};
  }
  const type = keyType(shown.key);
  const rivals = plain.filter(
    entry => entry.type === type || (shown.askable ?? [entry.type]).includes(entry.type),
  );
  const rival = rivals.find(entry => entry.type === type) ?? rivals[0];
  if (rival === undefined) return {is: 'unknown'};
  return {
    is: 'changed',
    file: rival.file,
    line: rival.line,
    fingerprint: fingerprint(rival.key),
    type: rival.type,
  };
};

const isKnownWithoutPort = (
  entries: readonly KnownHost[],
  name: string,
  same: (entry: KnownHost) => boolean,
): boolean => {
  const own = entries.filter(entry => same(entry) && matchesHosts(entry.hosts, lookupName(name, 22)));
  return own.some(({marker}) => marker === 'plain') && own.every(({marker}) => marker !== 'revoked');
};

/** The key types known for a host, each once, in the order of the files. */
export const knownTypes = (entries: readonly KnownHost[], name: string, port: number): string[] => {
  const lookup = lookupName(name, port);
  const types = entries
    .filter(entry => entry.marker === 'plain' && matchesHosts(entry.hosts, lookup))
    .map(entry => entry.type);
  return [...new Set(types)];
};

/** `SHA256:...` as OpenSSH prints it: base64 without padding. */
export const fingerprint = (key: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The type a public key names in its first field (RFC 4253, 6.6); empty when it has none. */
export const keyType = (key: Uint8Array): string => {
  const bytes = Buffer.from(key);
  if (bytes.length < 4) return '';
  const length = bytes.readUInt32BE(0);
  return length > 0 && length <= 64 && bytes.length >= 4 + length
    ? bytes.toString('latin1', 4, 4 + length)
    : '';
};

const parseLine = (line: string, file: string, number: number): KnownHost | undefined => {
  const fields = line.split(/[ \t]+/);
  const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined;
  const [hosts, type, encoded] = fields;
  if (hosts === undefined || type === undefined || encoded === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  if (keyType(key) !== type) return undefined;
  return {
    marker: marker === undefined ? 'plain' : marker === '@revoked' ? 'revoked' : 'cert-authority',
    hosts,
    type,
    key,
    file,
    line: number,
  };
};
