import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {describeTarget, type Target} from './target.ts';

/** sshd turned a connection away before it said who it is, as it does when too many start at once: another try may get in. */
export class TurnedAway extends PatchdeckError {}

/** Errors of the link to a host: what happened, where, what was not done, what to do next. */
const outside = (code: string, message: string, next: string, cause?: unknown): PatchdeckError =>
  new PatchdeckError('outside', code, message, next, cause === undefined ? {} : {cause});

export const unresolved = (name: string, why: string, cause?: unknown): PatchdeckError =>
  outside(
    'ssh.unresolved',
    `${cleanLine(name)} was not contacted: ${cleanLine(why, 300)}`,
    `correct its address in the inventory or in ssh's configuration; \`ssh -G -- ${cleanLine(name)}\` shows what ssh makes of it`,
    cause,
  );

export const unsupported = (target: Target, why: string, next: string, cause?: unknown): PatchdeckError =>
  outside(
    'ssh.unsupported',
    `no connection to ${describeTarget(target)}: ${why}, which patchdeck cannot use; nothing was done there`,
    next,
    cause,
  );

/** A fault of the way to the host, from the code Node gives it. */
export const linkFault = (target: Target, error: unknown): PatchdeckError => {
  const where = describeTarget(target);
  const said = error instanceof Error ? cleanLine(error.message) : cleanLine(String(error));
  const nothing = 'nothing was done there';
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NONAME':
    case 'EAI_FAIL':
      return unresolved(
        target.name,
        `${target.address} has no address in DNS (${codeOf(error) ?? ''})`,
        error,
      );
    case 'ECONNREFUSED':
      return outside(
        'ssh.refused',
        `${where} refused the connection; ${nothing}`,
        'see whether sshd runs there and listens on this port',
        error,
      );
    case 'ETIMEDOUT':
      return outside(
        'ssh.timeout',
        `${where} did not answer; ${nothing}`,
        'see whether the host is up and a firewall lets this machine in',
        error,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
    case 'EACCES':
    case 'EPERM':
      return outside(
        'ssh.unreachable',
        `${where} cannot be reached (${said}); ${nothing}`,
        'see whether the network and the route to the host are up',
        error,
      );
    default:
      return outside(
        'ssh.closed',
        `${where} closed the connection before a session was open (${said}); ${nothing}`,
        'try again; if it stays so, look at the log of sshd there',
        error,
      );
  }
};

export const timedOut = (target: Target, ms: number, stage: string): PatchdeckError =>
  outside(
    'ssh.timeout',
    `${describeTarget(target)}: ${stage} took longer than ${ms / 1000} s; nothing was done there`,
    'see whether the host is up and not overloaded, and a firewall lets this machine in',
  );

/** What came before, or instead of, an SSH banner. */
export const notSsh = (target: Target, seen: string): PatchdeckError => {
  const text = cleanLine(seen, 120);
  if (/Exceeded MaxStartups/.test(seen)) {
    return new TurnedAway(
      'outside',
      'ssh.refused',
      `${describeTarget(target)} takes no more logins at the moment (MaxStartups of sshd); nothing was done there`,
      'try again in a moment',
    );
  }
  if (/Not allowed at this time/.test(seen)) {
    return outside(
      'ssh.refused',
      `sshd of ${describeTarget(target)} refuses this machine for a while, after logins that failed; nothing was done there`,
      'wait up to ten minutes (PerSourcePenalties in sshd_config), and see which login fails',
    );
  }
  return outside(
    'ssh.not-ssh',
    `${describeTarget(target)} does not speak SSH${text === '' ? '' : ` (it said "${text}")`}; nothing was sent to it`,
    'see which service listens there, and correct address or port',
  );
};

export const closedEarly = (target: Target, stage: string, cause?: unknown): PatchdeckError =>
  outside(
    'ssh.closed',
    `${describeTarget(target)} closed the connection during ${stage}; nothing was done there`,
    'try again; if it stays so, look at the log of sshd there',
    cause,
  );

/** Closed without a word: an older sshd says no more when MaxStartups is reached. */
export const closedUnsaid = (target: Target): PatchdeckError =>
  new TurnedAway(
    'outside',
    'ssh.closed',
    `${describeTarget(target)} closed the connection without a word; nothing was done there`,
    'try again; if it stays so, look at the log of sshd there (MaxStartups, tcp wrappers, a full host)',
  );

export const noCommonAlgorithm = (target: Target, said: string, cause?: unknown): PatchdeckError =>
  outside(
    'ssh.no-common-algorithm',
    `no connection to ${describeTarget(target)}: ${cleanLine(said)}; nothing was done there`,
    'allow a common one in sshd_config there (KexAlgorithms, HostKeyAlgorithms, Ciphers, MACs) or in ssh_config here',
    cause,
  );

export const authenticationFailed = (target: Target, why: string, next: string): PatchdeckError =>
  outside(
    'ssh.authentication',
    `${describeTarget(target)} did not let ${cleanLine(target.user)} in: ${why}; nothing was done there`,
    next,
  );

const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Every address of a name failed: the first failure stands for all.
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
};
