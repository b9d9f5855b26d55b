import {cleanLine} from '../model/clean.ts';
import type {PatchdeckError} from '../model/error.ts';
import {authenticationFailed, unsupported} from './errors.ts';
import type {Keyring} from './keyring.ts';
import {loginMethods, type Target} from './target.ts';

/** Ways that ssh2 does not have, or that need more than a user. */
const foreign = ['gssapi-with-mic', 'gssapi-keyex', 'hostbased'];

/** Before a person is asked for a password: the system's ssh may get in without. */
export const leftToSsh = (target: Target, what: string): PatchdeckError =>
  unsupported(
    target,
    `it did not take the keys that ssh2 has, and there is ${what}`,
    'see that the ssh program of this machine gets in',
  );

export const passwordRefusedBefore = (target: Target): PatchdeckError =>
  authenticationFailed(
    target,
    'the password given was refused before and was not tried here',
    'give another password when asked',
  );

export const noPassword = (target: Target): PatchdeckError =>
  authenticationFailed(
    target,
    'it asks for a password and none was given',
    'give the password when asked, or set up a key for this user',
  );

export const passwordMustChange = (target: Target, prompt: string): PatchdeckError =>
  authenticationFailed(
    target,
    `its password has to be changed ("${prompt}")`,
    'log in by hand with ssh and change it',
  );

export const noAnswer = (target: Target, prompt: string): PatchdeckError =>
  authenticationFailed(target, `it asks "${prompt}" and nothing was answered`, 'answer when asked');

export const wrongPassword = (target: Target): PatchdeckError =>
  authenticationFailed(
    target,
    'the password is wrong; it is tried on no other host',
    'try again with the right password',
  );

/** Nothing is left that both the host allows and ssh2 can do. */
export const noWayIn = (
  target: Target,
  allowed: readonly string[],
  keyring: Keyring | undefined,
): PatchdeckError => {
  if (allowed.length > 0 && allowed.every(name => foreign.includes(name))) {
    return unsupported(
      target,
      `it lets in by ${allowed.join(', ')} only`,
      'allow a key for this user there (authorized_keys), as patchdeck has no Kerberos and no host-based login',
    );
  }
  const problems = [
    ...(keyring?.problems ?? []),
    ...(target.needs.some(({what}) => what === 'a certificate') ? ['certificates cannot be used'] : []),
  ];
  const nothingUsable = keyring?.offered.length === 0 && problems.length > 0;
  const forbidden = loginMethods.filter(name => allowed.includes(name) && !target.methods.includes(name));
  const reasons =
    forbidden.length === 0 ? problems : [...problems, `ssh_config forbids ${forbidden.join(' and ')}`];
  const because = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  if (nothingUsable) {
    return unsupported(
      target,
      `there is no key to offer${because}`,
      'load a plain key into the ssh-agent, or name one with IdentityFile',
    );
  }
  const offered =
    keyring === undefined || keyring.offered.length === 0
      ? 'no key was there to offer'
      : `it took none of ${keyring.offered.join(', ')}`;
  return authenticationFailed(
    target,
    `${offered}${because}, and it allows ${allowed.map(name => cleanLine(name)).join(', ') || 'nothing else'}`,
    `see that \`ssh ${target.user}@${target.address}\` works from here, or load the right key into the ssh-agent`,
  );
};
