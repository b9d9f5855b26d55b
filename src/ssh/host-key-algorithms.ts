/** Signature algorithms of host keys that ssh2 has and ssh uses by default; SHA-1 (`ssh-rsa`) only when ssh_config asks for it. */
const usual = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];
const onRequest = ['ssh-rsa', 'ssh-dss'];

/**
 * What to ask a host for: the wanted algorithms that ssh2 has, those of the key types known for the host first. Otherwise a host whose
 * RSA key is known would show its Ed25519 key and look unknown.
 */
export const hostKeyAlgorithms = (
  wanted: readonly string[] | undefined,
  known: readonly string[],
): string[] => {
  const possible = (wanted ?? usual).filter(name => usual.includes(name) || onRequest.includes(name));
  const isKnown = (name: string): boolean => known.includes(typeOf(name));
  return [...possible.filter(isKnown), ...possible.filter(name => !isKnown(name))];
};

/** The key types of signature algorithms (RFC 8332: rsa-sha2-* sign with an ssh-rsa key). */
export const typesOf = (algorithms: readonly string[]): string[] => [...new Set(algorithms.map(typeOf))];

const typeOf = (algorithm: string): string => (algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm);
