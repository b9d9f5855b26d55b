import {parseKnownHosts, verdict} from '../../src/ssh/known-hosts.ts';
import {newKey, parse} from './test-server.ts';

/** A host key, and as a line of known_hosts without the name. */
export type ExampleKey = {bytes: Buffer; line: string};

export const exampleKey = (type: 'ed25519' | 'rsa' = 'ed25519'): ExampleKey => {
  const key = parse(newKey(type).private);
  return {bytes: key.getPublicSSH(), line: `${key.type} ${key.getPublicSSH().toString('base64')}`};
};

/** What a known_hosts file with this text says of a host's key, and in which line. */
export const judge = (text: string, name: string, port: number, key: Uint8Array): string => {
  const {entries} = parseKnownHosts(text, '/known');
  const found = verdict(entries, {name, port, key});
  return 'line' in found ? `${found.is} at ${found.line}` : found.is;
};
