import {expect, test} from 'vitest';
import {jobToShow} from '../../src/engine/log-job.ts';
import type {JobRecord} from '../../src/record/state.ts';

const job = (kind: JobRecord['kind'], rc: number | null, state: JobRecord['state'] = 'ended'): JobRecord => ({
  id: '0'.repeat(32),
  host: 'web1',
  kind,
  planDigest: 'p',
  bootId: 'boot',
  machineId: 'machine',
  state,
  since: '2026-11-24T03:00:00Z',
  ...(state === 'ended' ? {outcome: 'ended', rc} : {}),
});

test('the log that is shown is of the job that runs, else of the upgrade rather than of a restart that went well after it', () => {
  const [stage, install, restart] = [job('stage', 0), job('install', 100), job('restart', 0)];
  expect(jobToShow({jobs: [stage, install, restart]})).toBe(install);
  const failed = job('restart', 1);
  expect(jobToShow({jobs: [stage, install, failed]})).toBe(failed);
  const running = job('restart', null, 'started');
  expect(jobToShow({jobs: [stage, install, running]})).toBe(running);
  expect(jobToShow({jobs: [restart]})).toBe(restart);
  expect(jobToShow({jobs: []})).toBeUndefined();
});
