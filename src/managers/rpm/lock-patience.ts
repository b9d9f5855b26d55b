/** How often, and for how many seconds each time, a job waits for the lock of another: five minutes. */
export const [lockTries, lockPause] = [20, 15];
