import type {Deadlines} from './session.ts';

/** How hosts are reached; the same for a whole fleet. */
export type SshSettings = {
  /**
   * Undefined: ssh's own files. A path: that file alone, as `ssh -F` takes it. `none`: no ssh program is asked; address, port (22) and
   * user (or the local user's name) of the inventory are the whole truth.
   */
  configFile?: string | undefined;
  /** Private keys; only with `none`. */
  identityFiles: string[];
  /** Only with `none`. The first is written to when a person says "remember". */
  knownHostsFiles: string[];
  /** Offer the keys of the running ssh-agent. */
  useAgent: boolean;
  deadlines: Deadlines;
  limits?: ConnectLimits;
};

/** How many connections may be on their way at once. */
export type ConnectLimits = {
  /** Not yet authenticated, to one address or through one jump host: sshd's MaxStartups drops more than ten at random. */
  startingPerAddress: number;
  /** Not yet authenticated, altogether. */
  starting: number;
  /** How long the system's ssh waits for a person before it logs in anew, in milliseconds: sshd hangs up (LoginGraceTime), and ssh would not notice. */
  patienceMs: number;
  keepalive: Keepalive;
  /** Scripts at once on one connection: below sshd's MaxSessions (10), with room for the operator's own. */
  channels: number;
};

/** A link on which nothing comes is asked for a sign of life; one that gives none is lost. */
export type Keepalive = {
  /** Milliseconds of silence until it is asked, and between two questions; the system's ssh counts in seconds. */
  everyMs: number;
  /** Unanswered questions until it is lost. */
  unanswered: number;
};

export const defaultConnectLimits: ConnectLimits = {
  startingPerAddress: 8,
  starting: 32,
  patienceMs: 10_000,
  keepalive: {everyMs: 15_000, unanswered: 3},
  channels: 4,
};
