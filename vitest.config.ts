import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/lab/**', 'test/root/**', 'node_modules/**'],
    // One less than the cores otherwise: much of the suite waits for programs, and two cores would run one file at a time.
    maxWorkers: '100%',
    testTimeout: 20_000,
  },
});
