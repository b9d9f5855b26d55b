import {existsSync, readFileSync} from 'node:fs';
import {publicPart} from './private-key-format.ts';
import {configValue, type SshConfig} from './ssh-config.ts';

/** What a host's configuration, as `ssh -G` gives it, wants and ssh2 does not have. A hop in the middle of a list is reached through the one before. */
export const needsOf = (
  config: SshConfig,
  identityFiles: readonly string[],
  throughAnother: boolean,
): string[] => {
  const methods = configValue(config, 'preferredauthentications')?.split(',') ?? [];
  const security = identityFiles.filter(isSecurityKey);
  return [
    ...(configValue(config, 'proxycommand') !== undefined && !throughAnother ? ['a ProxyCommand'] : []),
    ...(configValue(config, 'certificatefile') !== undefined || identityFiles.some(hasCertificate)
      ? ['a certificate']
      : []),
    ...(configValue(config, 'pkcs11provider') === undefined ? [] : ['a PKCS#11 token']),
    ...(security.length > 0 && security.length === identityFiles.length ? ['a security key'] : []),
    ...(methods.length > 0 && methods.every(method => /^(gssapi|hostbased)/.test(method))
      ? [methods.join(' and ')]
      : []),
  ];
};

/** ssh offers the certificate that lies beside a key without being told. */
const hasCertificate = (file: string): boolean => existsSync(`${file}-cert.pub`);

const isSecurityKey = (file: string): boolean => {
  const read = (path: string): Buffer | undefined => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  };
  const content = read(file);
  const half = read(`${file}.pub`)?.toString() ?? (content === undefined ? '' : (publicPart(content) ?? ''));
  return half.startsWith('sk-');
};
