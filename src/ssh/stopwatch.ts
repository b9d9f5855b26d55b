/** A deadline that stands still while a person is asked. */
export type Stopwatch = {
  /** Runs the work without counting its time. */
  paused<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
};

/** Calls `expire` once, when `ms` milliseconds that count have passed. */
export const startStopwatch = (ms: number, expire: () => void): Stopwatch => {
  let left = ms;
  let since = performance.now();
  let pauses = 0;
  let stopped = false;
  let timer = setTimeout(expire, ms);
  return {
    paused: async work => {
      if (pauses === 0 && !stopped) {
        clearTimeout(timer);
        left -= performance.now() - since;
      }
      pauses += 1;
      try {
        return await work();
      } finally {
        pauses -= 1;
        if (pauses === 0 && !stopped) {
          since = performance.now();
          timer = setTimeout(expire, Math.max(0, left));
        }
      }
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
