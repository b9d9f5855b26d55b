import {reasonOf} from './abort.ts';

/** Lets so many in at once; the others wait in order. */
export type Gate = {
  /** Resolves with what gives the place back (calling it twice is harmless). Rejects with the signal's reason when it aborts. */
  enter(signal?: AbortSignal): Promise<() => void>;
  /** Changes how many may be in at once, at least one; those who are in stay. */
  limit(places: number): void;
  /** How many are in now. */
  readonly inside: number;
};

export const createGate = (places: number): Gate => {
  let limit = Math.max(1, places);
  let inside = 0;
  const waiting: (() => void)[] = [];
  const admit = (): void => {
    while (inside < limit && waiting.length > 0) {
      inside += 1;
      waiting.shift()?.();
    }
  };
  const leave = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      admit();
    };
  };
  return {
    get inside() {
      return inside;
    },
    limit: next => {
      limit = Math.max(1, next);
      admit();
    },
    enter: signal =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const enter = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve(leave());
        };
        const abort = (): void => {
          waiting.splice(waiting.indexOf(enter), 1);
          if (signal !== undefined) reject(reasonOf(signal));
        };
        signal?.addEventListener('abort', abort, {once: true});
        waiting.push(enter);
        admit();
      }),
  };
};
