import {expect, test} from 'vitest';
import {runThatIsKilled} from './killed-run.ts';
import {jobsOf} from './outcome.ts';

test('kill -9 between the intent of an upgrade and its start: the intent is on disk and nothing on the host; the same command asks the host, starts it once, and the run ends as if nothing had been', async () => {
  const install = '"type":"job.intended","data":\\{"job":\\{[^}]*"kind":"install"';
  const {left} = await runThatIsKilled({in: 'test', kill: {recorded: install, nth: 1}});
  const installs = jobsOf(left).filter(({kind}) => kind === 'install');
  expect(installs.length).toBeGreaterThan(0);
  expect(installs.map(({state}) => state)).toEqual(installs.map(() => 'intended'));
}, 120_000);
