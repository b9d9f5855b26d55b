import {defineConfig} from 'vitest/config';

/** The lab suite: real hosts, as root, one file after the other. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
