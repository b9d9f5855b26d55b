import {configValue, type SshConfig} from './ssh-config.ts';
import {loginMethods, type LoginMethod} from './target.ts';

/** Those that ssh_config allows, in the order of its PreferredAuthentications. */
export const allowedMethods = (config: SshConfig): LoginMethod[] => {
  const wanted = configValue(config, 'preferredauthentications')?.split(',') ?? loginMethods;
  return wanted.filter(isMethod).filter(method => keywords[method].every(keyword => !isOff(config, keyword)));
};

/** BatchMode: nobody may be asked anything. */
export const isBatch = (config: SshConfig): boolean => configValue(config, 'batchmode') === 'yes';

const isMethod = (name: string): name is LoginMethod => loginMethods.some(method => method === name);

/** `no`, or `false` as `ssh -G` prints PubkeyAuthentication. */
const isOff = (config: SshConfig, keyword: string): boolean =>
  ['no', 'false'].includes(configValue(config, keyword) ?? '');

const keywords: Readonly<Record<LoginMethod, readonly string[]>> = {
  publickey: ['pubkeyauthentication'],
  // The second name is that of OpenSSH before 8.7.
  'keyboard-interactive': ['kbdinteractiveauthentication', 'challengeresponseauthentication'],
  password: ['passwordauthentication'],
};
