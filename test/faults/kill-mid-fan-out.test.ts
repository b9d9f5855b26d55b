import {expect, test} from 'vitest';
import type {FaultyFleet} from '../commands/fleet.ts';
import {runThatIsKilled} from './killed-run.ts';
import {jobsOf} from './outcome.ts';

const setSpeed = (fleet: FaultyFleet, speed: number): void => {
  for (const {host} of fleet.hosts.values()) Object.assign(host, {speed});
};

test('kill -9 while three hosts are being upgraded at once: all three go on by themselves, the same command follows each to its end, and the run ends as if nothing had been', async () => {
  let starts = 0;
  const {left} = await runThatIsKilled({
    in: 'test',
    // Each host stages, and then upgrades.
    kill: {recorded: '"type":"job.started"', nth: 6},
    started: (program, fleet) => {
      void program.ended.then(() => setSpeed(fleet, 400));
      for (const {fault} of fleet.hosts.values()) {
        fault.answers = {
          'job.start': answer => {
            // All have staged: from here on so slow that none is done before the last has begun.
            if (++starts === 3) setSpeed(fleet, 2);
            return answer;
          },
        };
      }
    },
  });
  const atWork = jobsOf(left).filter(({kind, state}) => kind === 'install' && state === 'started');
  expect(atWork.map(({host}) => host).sort()).toEqual(['api1', 'api2', 'cache1']);
  expect([...left.hosts.values()].map(({phase}) => phase)).toEqual(Array(3).fill('installing'));
}, 120_000);
