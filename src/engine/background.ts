import {describeError, PatchdeckError} from '../model/error.ts';
import {isDiskGone} from '../store/store-error.ts';

/** Work that goes on while nobody waits for it, and what became of it. */
export type Background = {
  /** Begins work. What it throws is a failure of the engine, not of a host; when the disk is gone, its jobs are looked after. */
  readonly run: (work: () => Promise<void>) => void;
  /** Says why nothing new is started, before the work that met it is through. */
  fail(error: unknown): void;
  /** What failed is tried again. */
  forgive(): void;
  readonly busy: boolean;
  readonly failed: string | undefined;
  /** Resolves when no work is left, also none that was begun meanwhile. */
  idle(): Promise<void>;
};

export const createBackground = (parts: {
  closing: AbortSignal;
  changed: () => void;
  /** The last work has ended. */
  rest: () => void;
  /** Once, after the work that met it has ended. */
  diskGone: () => Promise<void>;
}): Background => {
  const under = new Set<Promise<void>>();
  let failed: string | undefined;
  let lookedAfter = false;
  const fail = (error: unknown): void => {
    failed = `${describeError(error)}${error instanceof PatchdeckError ? `; ${error.next}` : ''}`;
    parts.changed();
  };
  const run = (work: () => Promise<void>): void => {
    const mine = work()
      .catch((error: unknown) => {
        if (parts.closing.aborted) return;
        fail(error);
        if (lookedAfter || !isDiskGone(error)) return;
        lookedAfter = true;
        run(parts.diskGone);
      })
      .finally(() => {
        under.delete(mine);
        parts.changed();
        if (under.size === 0) parts.rest();
      });
    under.add(mine);
    parts.changed();
  };
  return {
    run,
    fail,
    forgive: () => {
      failed = undefined;
      lookedAfter = false;
    },
    get busy() {
      return under.size > 0;
    },
    get failed() {
      return failed;
    },
    idle: async () => {
      while (under.size > 0) await Promise.all(under);
    },
  };
};
