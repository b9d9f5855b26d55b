import type {RunStore} from '../store/run-store.ts';

/** Resolves when the run is not paused, or is to stop. Rejects when the console goes. */
export const untilResumed = async (store: RunStore, closing: AbortSignal): Promise<void> => {
  const waits = (): boolean => store.state.run.paused !== undefined && store.state.run.stopping === undefined;
  if (!waits()) return;
  await new Promise<void>((resolve, reject) => {
    const stop = store.onEvent(() => {
      if (waits()) return;
      stop();
      resolve();
    });
    closing.addEventListener('abort', () => {
      stop();
      reject(closing.reason as Error);
    });
  });
};
