import {PatchdeckError} from '../model/error.ts';

/** How long a host that does not answer is tried again; all in milliseconds. */
export type PatienceLimits = {
  /** During an upgrade refused, reset and timed-out links are normal: sshd itself may be replaced. */
  patienceMs: number;
  /** Before the first new try; each that fails doubles it, up to sixteen times: a host that refuses for too many logins is left alone. */
  retryMs: number;
};
const growthLimit = 16;

export type PatienceContext = {
  limits: PatienceLimits;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  now(): number;
  /** Between 0 and 1. */
  random(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  signal: AbortSignal;
  /** Called once for each outage: the link is away and is being tried again. */
  onAway(reason: string): void;
};

export type Patience = {
  /** The host answered: an outage is over. */
  answered(): void;
  /** Waits before the next try, each time a little differently; false when the host was away for too long. Throws on what does not pass by itself. */
  tryAgain(error: unknown): Promise<boolean>;
};

export const createPatience = ({limits, signal, ...context}: PatienceContext): Patience => {
  let awaySince: number | undefined;
  let failures = 0;
  return {
    answered: () => {
      awaySince = undefined;
      failures = 0;
    },
    tryAgain: async error => {
      signal.throwIfAborted();
      if (!(error instanceof PatchdeckError) || !isLinkTrouble(error)) throw error;
      if (awaySince === undefined) context.onAway(error.message);
      awaySince ??= context.now();
      if (context.now() - awaySince > limits.patienceMs) return false;
      const wait = limits.retryMs * Math.min(2 ** failures, growthLimit);
      failures += 1;
      await context.sleep(wait * (0.5 + context.random()), signal);
      return true;
    },
  };
};

/** The host answered, and not as it should. */
const badAnswers = ['host.bad-answer', 'host.script-failed'];

/** The host did not answer. */
const noAnswers = [
  'ssh.refused',
  'ssh.timeout',
  'ssh.unreachable',
  'ssh.closed',
  'ssh.not-ssh',
  'ssh.shell',
  'host.lost',
  'host.deadline',
];

export const isAway = ({code}: PatchdeckError): boolean => noAnswers.includes(code);

/** Faults that pass: the host may be back in a moment. A changed key, a refused password or a bug is none of them. */
export const isLinkTrouble = (error: PatchdeckError): boolean =>
  isAway(error) || badAnswers.includes(error.code);
