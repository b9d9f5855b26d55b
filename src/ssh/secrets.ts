import {orAbort} from './abort.ts';

/** A secret lent for one try on one host; exactly one of the ways back must be taken. */
export type Lease = {
  readonly secret: string;
  /** It worked: others use it from now on, without a question. */
  accepted(): void;
  /** The host refused it: never tried again on this host, and on no other unless it worked somewhere. */
  rejected(): void;
  /** It was not sent: the next one in line tries it. */
  abandon(): void;
  /** It was sent and nobody knows what came of it: it is not tried again on this host unless a person gives it again. */
  drop(): void;
};

/** Passwords of one console, in memory only. One secret for each `key`, such as `become-password sudo ops`. */
export type Secrets = {
  /**
   * A secret to try on a host: one that worked elsewhere, else one that a person is asked for. While a new one is unproven, only one host
   * tries it and all others wait. `undefined`: nobody gave one. `refused`: what was given had been refused before and was not tried.
   * Rejects when the signal aborts.
   */
  borrow(
    key: string,
    host: string,
    ask: () => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<Lease | 'refused' | undefined>;
};

type OnHost = {
  accepted: string | undefined;
  rejected: Set<string>;
  /** Sent, with no answer. */
  doubtful: Set<string>;
  trying: boolean;
};
type Shelf = {
  /** Worked somewhere, the latest first. */
  proven: string[];
  /** Refused by the first host that tried it. */
  wrong: Set<string>;
  /** Given by a person, sent nowhere. */
  pending: string | undefined;
  /** One host asks for or tries an unproven secret. */
  canary: boolean;
  hosts: Map<string, OnHost>;
  waiting: (() => void)[];
};

export const createSecrets = (): Secrets => {
  const shelves = new Map<string, Shelf>();
  return {
    borrow: async (key, host, ask, signal) => {
      const shelf = shelves.get(key) ?? newShelf();
      shelves.set(key, shelf);
      const own = shelf.hosts.get(host) ?? newHost();
      shelf.hosts.set(host, own);
      for (;;) {
        signal.throwIfAborted();
        if (own.accepted !== undefined) return lend(shelf, own, own.accepted, false);
        const proven = shelf.proven.find(secret => !own.rejected.has(secret) && !own.doubtful.has(secret));
        if (!own.trying && proven !== undefined) return lend(shelf, own, proven, false);
        if (!own.trying && !shelf.canary) return asCanary(shelf, own, ask, signal);
        await change(shelf, signal);
      }
    },
  };
};

const newShelf = (): Shelf => ({
  proven: [],
  wrong: new Set(),
  pending: undefined,
  canary: false,
  hosts: new Map(),
  waiting: [],
});

const newHost = (): OnHost => ({
  accepted: undefined,
  rejected: new Set(),
  doubtful: new Set(),
  trying: false,
});

const asCanary = async (
  shelf: Shelf,
  own: OnHost,
  ask: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<Lease | 'refused' | undefined> => {
  shelf.canary = true;
  try {
    const kept = shelf.pending !== undefined && !own.rejected.has(shelf.pending) ? shelf.pending : undefined;
    const secret = kept ?? (await orAbort(ask(), signal));
    if (secret === undefined) {
      endCanary(shelf, undefined);
      return;
    }
    if (shelf.wrong.has(secret) || own.rejected.has(secret)) return endCanary(shelf, 'refused');
    if (shelf.proven.includes(secret)) {
      endCanary(shelf, undefined);
      return lend(shelf, own, secret, false);
    }
    shelf.pending = secret;
    return lend(shelf, own, secret, true);
  } catch (error) {
    endCanary(shelf, undefined);
    throw error;
  }
};

const lend = (shelf: Shelf, own: OnHost, secret: string, canary: boolean): Lease => {
  // A secret that worked on this host serves many tries at once; any other is tried once at a time.
  const first = own.accepted !== secret;
  if (first) own.trying = true;
  let settled = false;
  const settle = (change: () => void) => () => {
    if (settled) return;
    settled = true;
    change();
    if (first) own.trying = false;
    if (canary) shelf.canary = false;
    wake(shelf);
  };
  return {
    secret,
    accepted: settle(() => {
      own.accepted = secret;
      shelf.proven = [secret, ...shelf.proven.filter(other => other !== secret)];
      if (shelf.pending === secret) shelf.pending = undefined;
    }),
    rejected: settle(() => {
      own.rejected.add(secret);
      if (own.accepted === secret) own.accepted = undefined;
      if (shelf.pending === secret) shelf.pending = undefined;
      if (!shelf.proven.includes(secret)) shelf.wrong.add(secret);
    }),
    abandon: settle(() => undefined),
    drop: settle(() => {
      if (shelf.pending === secret) shelf.pending = undefined;
      if (own.accepted !== secret) own.doubtful.add(secret);
    }),
  };
};

const endCanary = <T>(shelf: Shelf, outcome: T): T => {
  shelf.canary = false;
  wake(shelf);
  return outcome;
};

const wake = (shelf: Shelf): void => {
  for (const resume of shelf.waiting.splice(0)) resume();
};

const change = (shelf: Shelf, signal: AbortSignal): Promise<void> =>
  orAbort(new Promise<void>(resolve => shelf.waiting.push(resolve)), signal);
