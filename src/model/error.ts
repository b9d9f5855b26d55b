/**
 * What goes wrong, in four kinds: the operator's input, a gate that refuses, the outside (host, link, disk, feed),
 * and everything else, which is a bug of ours and stays a plain Error.
 */
export type ErrorKind = 'input' | 'gate' | 'outside' | 'busy';

/** An error people can act on: what happened and what was not done (`message`), and one sentence of what to do next. */
export class PatchdeckError extends Error {
  override readonly name = 'PatchdeckError';
  readonly kind: ErrorKind;
  /** Stable, for scripts: `inventory.invalid`, `ssh.host-key-changed`, ... */
  readonly code: string;
  readonly next: string;

  constructor(kind: ErrorKind, code: string, message: string, next: string, options?: {cause?: unknown}) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.next = next;
  }
}

/** One line for a log or a trouble: a message of ours as it stands, anything else named as unexpected. */
export const describeError = (error: unknown): string => {
  if (error instanceof PatchdeckError) return error.message;
  return error instanceof Error ? `unexpected: ${error.message}` : `unexpected: ${String(error)}`;
};

/** True for an error that is the given code, whatever threw it. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof PatchdeckError && error.code === code;
