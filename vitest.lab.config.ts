import {defineConfig} from 'vitest/config';

/**
 * What needs root, one file after the other: `lab` on the lab's hosts, `root` with sshds, accounts and disks of this machine. The two
 * share nothing and may run side by side (`--project`).
 */
export default defineConfig({
  test: {
    projects: ['lab', 'root'].map(name => ({
      test: {
        name,
        fileParallelism: false,
        include: [`test/${name}/**/*.test.ts`],
        testTimeout: 300_000,
        hookTimeout: 600_000,
      },
    })),
  },
});
