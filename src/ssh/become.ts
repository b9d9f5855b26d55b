import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Host} from '../model/host.ts';

/** How a shell is had on a host. */
export type Become = 'plain' | 'sudo' | 'doas';

/** The shell a script needs. Throws `become.none` when it needs root and the inventory has no way to it. */
export const chooseBecome = (host: Host, user: string, needsRoot: boolean): Become => {
  if (!needsRoot || user === 'root') return 'plain';
  if (host.become !== 'none') return host.become;
  throw new PatchdeckError(
    'outside',
    'become.none',
    `root is needed on ${host.name}, but ${cleanLine(user)} is not root and the inventory says become: none; nothing was done there`,
    `set \`become: sudo\` or \`become: doas\` for ${host.name}, or a user that is root`,
  );
};

/**
 * The one constant command that is sent; all else goes over stdin. Read alike by sh, bash, fish, tcsh, dash and busybox. On a terminal nothing may be
 * shown of what is sent, or changed in what comes; a shell there whose stderr is the terminal too would take itself for one that a person uses.
 */
export const shellCommand = (become: Become, nonce: string, terminal: boolean): string => {
  if (!terminal) {
    return `env LC_ALL=C ${root[become](nonce, '-n ')}/bin/sh -c 'echo READY-${nonce}; exec /bin/sh -s'`;
  }
  const shell = `/bin/sh -c "echo READY-${nonce}; exec /bin/sh -s 2>/dev/null"`;
  return `/bin/sh -c 'stty raw -echo; exec env LC_ALL=C ${root[become](nonce, '')}${shell}'`;
};

const root: Readonly<Record<Become, (nonce: string, quiet: string) => string>> = {
  plain: () => '',
  sudo: nonce => `sudo -k -S -H -p ${promptMark(nonce)}: -- `,
  // Asks on a terminal only, and by words of its own.
  doas: (_nonce, quiet) => `doas ${quiet}`,
};

/** Why there is no shell, from what sudo or doas said before it ended. Undefined: it said nothing that is known. */
export const becomeFault = (host: Host, become: Become, stderr: string): PatchdeckError | undefined => {
  if (become === 'plain') return undefined;
  for (const {pattern, code, what, next} of faults) {
    const line = stderr.split('\n').find(candidate => pattern.test(candidate));
    if (line === undefined) continue;
    return new PatchdeckError(
      'outside',
      code,
      `${what} on ${host.name} (${become} said "${cleanLine(line, 160)}"); nothing was done there`,
      next(host.name),
    );
  }
  return undefined;
};

export const wrongBecomePassword = (host: Host, become: Become): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.wrong-password',
    `${become} on ${host.name} refused the password, after one attempt; it is tried on no other host and nothing was done there`,
    'try again with the right password',
  );

export const wrongPasswordOrCode = (host: Host, become: Become): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.wrong-code',
    `${become} on ${host.name} refused the password or the one-time code, and does not say which; nothing was done there`,
    'try again with the right password and a new code',
  );

export const refusedBefore = (host: Host, become: Become): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.wrong-password',
    `the password given for ${become} on ${host.name} had been refused before, so it was not tried; nothing was done there`,
    'give another password when asked; if it is right on this host alone, start patchdeck again',
  );

export const passwordNeeded = (host: Host, become: Become): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.needed',
    `${become} on ${host.name} asks for a password and none was given; nothing was done there`,
    'give the password when asked (or with --become-password-file FILE), or allow the user to become root there without one (NOPASSWD)',
  );

export const hungUp = (host: Host): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'become.needed',
    `sudo on ${host.name} did not wait for its password to be answered; nothing was done there`,
    'try again and answer sooner',
  );

/** Stands in sudo's prompt. */
export const promptMark = (nonce: string): string => `PWREQ-${nonce}`;

type Fault = {pattern: RegExp; code: string; what: string; next: (host: string) => string};

const faults: readonly Fault[] = [
  {
    pattern:
      /not in the sudoers|not allowed to (execute|run)|may not run sudo|afraid I can't do that|doas: Operation not permitted/i,
    code: 'become.not-allowed',
    what: 'the user may not become root',
    next: host => `allow it on ${host} (visudo, or /etc/doas.conf), or set another user for it`,
  },
  {
    pattern: /must have a tty|no tty present|terminal is required/i,
    code: 'become.needs-tty',
    what: 'sudo works on a terminal only',
    next: host => `remove requiretty for this user on ${host} (visudo: Defaults:USER !requiretty)`,
  },
  {
    pattern: /doas: .*(Authentication|a tty|password) (required|is required)/i,
    code: 'become.needs-tty',
    what: 'doas asks for a password, which it takes from a terminal only',
    next: host => `add \`permit nopass USER as root\` to /etc/doas.conf on ${host}, or use become: sudo`,
  },
  {
    pattern: /(sudo|doas)['’"]?: (command )?not found|(sudo|doas)['’"]?: No such file/i,
    code: 'become.missing',
    what: 'the program of the inventory’s `become` is not there',
    next: host => `install it on ${host}, or change \`become\` in the inventory`,
  },
  {
    pattern: /setuid root|no new privileges|effective uid is not 0/i,
    code: 'become.missing',
    what: 'sudo cannot give root',
    next: host => `mend sudo on ${host}: it has to be setuid root`,
  },
  {
    pattern:
      /password (is|has) expired|change (your|the) password|account validation failure|account is locked/i,
    code: 'become.password-expired',
    what: 'the account is locked or its password has to be changed',
    next: host => `log in on ${host} by hand and put it right`,
  },
  {
    pattern: /incorrect password attempt|Sorry, try again|Authentication failed|incorrect authentication/i,
    code: 'become.wrong-password',
    what: 'the password was refused',
    next: () => 'try again with the right password',
  },
  {
    pattern: /password is required/i,
    code: 'become.needed',
    what: 'a password is asked for and none was given',
    next: () => 'give the password when asked',
  },
];
