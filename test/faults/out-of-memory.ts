import {readFileSync} from 'node:fs';
import {isMainThread} from 'node:worker_threads';

/**
 * Loaded into the program before anything of it: once a file that the environment names has `main` or `engine` in it, that thread takes
 * all the memory there is.
 */
const path = process.env['PATCHDECK_TEST_EAT'];
const wanted = isMainThread ? 'main' : 'engine';

const isTold = (): boolean => {
  try {
    return path !== undefined && readFileSync(path, 'utf8') === wanted;
  } catch {
    return false;
  }
};

setInterval(() => {
  if (!isTold()) return;
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({length: 100_000}, (_, index) => ({index})));
}, 50).unref();
