export type VirtualClock = {
  now(): number;
  /** Without the jumps. */
  elapsed(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** The clock of the console alone is set forward or back, as an operator or NTP does. */
  jump(ms: number): void;
};

/** A clock that is never waited for: when somebody sleeps, the time that is slept for is there a moment later. */
export const createVirtualClock = (start: number): VirtualClock => {
  let elapsed = 0;
  let offset = 0;
  const sleepers: {due: number; wake: () => void}[] = [];
  let pumping = false;
  const pump = (): void => {
    if (pumping || sleepers.length === 0) return;
    pumping = true;
    // Whoever was woken before gets a turn first.
    setImmediate(() => {
      pumping = false;
      sleepers.sort((a, b) => a.due - b.due);
      const next = sleepers.shift();
      if (next === undefined) return;
      elapsed = Math.max(elapsed, next.due);
      next.wake();
      pump();
    });
  };
  return {
    now: () => start + elapsed + offset,
    elapsed: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        const sleeper = {due: elapsed + ms, wake: resolve};
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          const at = sleepers.indexOf(sleeper);
          if (at >= 0) sleepers.splice(at, 1);
          reject(signal.reason as Error);
        });
        pump();
      }),
    jump: ms => {
      offset += ms;
    },
  };
};
