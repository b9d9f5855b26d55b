import {setImmediate as turn} from 'node:timers/promises';

/** Longest stretch of work between two looks at what else waits, in milliseconds. */
const stretchMs = 12;

/** Lets others of this thread have a turn when a stretch of work is over; `await` it in every loop that may be long. */
export const createBreather = (
  clock: () => number = () => performance.now(),
): (() => Promise<void> | undefined) => {
  let since = clock();
  return () => {
    if (clock() - since < stretchMs) return undefined;
    return turn().then(() => {
      since = clock();
    });
  };
};
