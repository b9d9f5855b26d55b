import {expect, test} from 'vitest';
import {runThatIsKilled} from './killed-run.ts';
import {jobsOf} from './outcome.ts';

test('kill -9 after a host started an upgrade and before the console heard of it: the same command finds it there, follows it, starts nothing again, and the run ends as if nothing had been', async () => {
  let begun = 0;
  const {left} = await runThatIsKilled({
    in: 'test',
    started: (program, fleet) => {
      for (const {fault, host} of fleet.hosts.values()) {
        fault.answers = {
          'job.start': answer => {
            const installs = [...host.jobs.values()].some(({verb}) => verb === 'apt.install');
            if (!installs || begun > 0) return answer;
            begun += 1;
            program.child.kill('SIGKILL');
            return '';
          },
        };
      }
    },
  });
  expect(begun).toBe(1);
  expect(jobsOf(left).filter(({kind, state}) => kind === 'install' && state === 'intended')).not.toEqual([]);
}, 120_000);
