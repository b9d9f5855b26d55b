import {existsSync, readFileSync} from 'node:fs';
import {publicPart} from './private-key-format.ts';
import {configValue, type SshConfig} from './ssh-config.ts';
import type {Need} from './target.ts';

/** What a host's configuration, as `ssh -G` gives it, wants and ssh2 does not have. A hop in the middle of a list is reached through the one before. */
export const needsOf = (
  config: SshConfig,
  identityFiles: readonly string[],
  throughAnother: boolean,
): Need[] => {
  const methods = configValue(config, 'preferredauthentications')?.split(',') ?? [];
  const security = identityFiles.filter(isSecurityKey);
  const has = (keyword: string): boolean => configValue(config, keyword) !== undefined;
  const firm: [boolean, string][] = [
    [has('proxycommand') && !throughAnother, 'a ProxyCommand'],
    [has('revokedhostkeys'), 'RevokedHostKeys'],
    [has('knownhostscommand'), 'a KnownHostsCommand'],
    [has('bindinterface') && !throughAnother, 'a BindInterface'],
  ];
  const ways: [boolean, string][] = [
    [has('certificatefile') || identityFiles.some(hasCertificate), 'a certificate'],
    [has('pkcs11provider'), 'a PKCS#11 token'],
    [security.length > 0 && security.length === identityFiles.length, 'a security key'],
    [
      methods.length > 0 && methods.every(method => /^(gssapi|hostbased)/.test(method)),
      methods.join(' and '),
    ],
  ];
  const those = (list: readonly [boolean, string][], isFirm: boolean): Need[] =>
    list.filter(([wanted]) => wanted).map(([, what]) => ({what, firm: isFirm}));
  return [...those(firm, true), ...those(ways, false)];
};

/** ssh offers the certificate that lies beside a key without being told. */
const hasCertificate = (file: string): boolean => existsSync(`${file}-cert.pub`);

/** The private half of such a key is in a device (`sk-`, FIDO). */
export const isSecurityKey = (file: string): boolean => {
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
