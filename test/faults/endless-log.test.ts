import {expect, test} from 'vitest';
import {followJob} from '../../src/jobs/follow.ts';
import type {Link} from '../../src/jobs/link.ts';
import {exampleJob} from '../jobs/example-job.ts';
import {hostNamed} from '../ssh/world.ts';

test('a job that writes a log of a gigabyte is followed to its end, and 64 MiB of the log are taken', async () => {
  const logBytes = 1024 * 1024 * 1024;
  const chunk = new Uint8Array(65_536);
  let asked = 0;
  let taken = 0;
  const link: Link = {
    host: hostNamed('web1'),
    ask: () => {
      asked += 1;
      const state = asked < 1100 ? {state: 'running', logBytes} : {state: 'ended', rc: 0, logBytes};
      // What a probe answers depends on it; this link is asked one.
      return Promise.resolve({state, chunk}) as Promise<never>;
    },
    close: () => undefined,
  };
  const state = await followJob(exampleJob, 0, {
    link,
    limits: {pollMs: 0, patienceMs: 1000, retryMs: 0},
    now: () => 0,
    random: () => 0,
    sleep: () => Promise.resolve(),
    signal: new AbortController().signal,
    onLog: bytes => {
      taken += bytes.length;
      return Promise.resolve();
    },
    onAway: () => expect.unreachable(),
  });
  expect(state).toEqual({state: 'ended', rc: 0, logBytes});
  expect(taken).toBe(64 * 1024 * 1024);
});
