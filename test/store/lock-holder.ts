import {spawn} from 'node:child_process';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {isMainThread, parentPort} from 'node:worker_threads';
import {acquireLock, thisConsole} from '../../src/store/lock.ts';

/** `lock-holder.ts LOCK`: takes the lock, forgets about it, starts a child, says its pid, and stays. To be killed. */
const take = async (): Promise<void> => {
  const lock = await acquireLock(process.argv[2] ?? '', thisConsole(Date.now()));
  if (!('release' in lock)) throw new Error('the lock is held');
};
await take();

if (isMainThread) {
  const child = spawn('sleep', ['60'], {stdio: 'ignore', detached: true});
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  process.stdout.write(`${child.pid ?? 0}\n`);
  let times = 0;
  setInterval(() => {
    if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
    if (++times === 10) process.stdout.write('collected\n');
  }, 10);
} else {
  parentPort?.postMessage('held');
  setInterval(() => undefined, 1000);
}
