import type {Host} from '../model/host.ts';
import type {Asker} from '../model/question.ts';
import type {Reach} from '../model/reach.ts';
import type {Exit, Script} from '../model/script.ts';

/** Deadlines in milliseconds, named so that tests can set them. */
export type Deadlines = {
  /** TCP connection, key exchange and authentication together, without the time a person takes to answer. */
  connectMs: number;
  /** From sending a command to its first byte (the READY of the shell). */
  firstByteMs: number;
  /** A whole script. */
  scriptMs: number;
};

export const defaultDeadlines: Deadlines = {connectMs: 20_000, firstByteMs: 20_000, scriptMs: 120_000};

/** What a script answered: bytes between its own markers only, so that nothing a login shell prints gets in. */
export type ScriptAnswer = {
  exit: Exit;
  stdout: Uint8Array;
  /** The last 8 KiB of what went to stderr, decoded and cleaned: for people, never parsed. */
  stderr: string;
};

export type RunOptions = {
  deadlineMs?: number;
  /** More output than this is an error (`host.too-much-output`), default 32 MiB. */
  maxBytes?: number;
  signal?: AbortSignal;
};

/** An authenticated connection to one host. At most four scripts run at once on it; more are queued. */
export interface Session {
  readonly host: Host;
  /** `SHA256:...` of the host key this connection was accepted with. */
  readonly hostKey: string;
  /** How the host is reached; absent where nothing real is. */
  readonly reach?: Reach;
  /** A person gave a code for it, or for root there, that serves once: it is worth keeping. */
  readonly byCode?: boolean;
  /**
   * Runs a script, as root through the host's `become` when the script needs it.
   * Throws PatchdeckError: `ssh.*` for the link, `become.*` for sudo and doas, `host.too-much-output`, `host.deadline`.
   * A script that ends with a non-zero code does not throw: the caller judges.
   */
  run(script: Script, options?: RunOptions): Promise<ScriptAnswer>;
  /** True until the connection is lost or closed. */
  readonly open: boolean;
  close(): void;
}

/** How far the way to a host was good: its port answers, keys were exchanged with it, its host key is known. With what was found. */
export type Tell = (step: 'port' | 'key exchange' | 'host key', says: string) => void;

/** Opens sessions. Errors are PatchdeckErrors with codes `ssh.unresolved`, `ssh.refused`, `ssh.timeout`, `ssh.host-key-changed`, ... */
export interface Transport {
  /** `tell` hears of the host itself, not of its jump hosts. */
  open(host: Host, ask: Asker, signal: AbortSignal, tell?: Tell): Promise<Session>;
  /** Leaves no process and no file behind; its sessions are closed before. */
  close(): Promise<void>;
}
