import {expect, it} from 'vitest';
import {startedJobs} from '../host-jobs.ts';
import {versionOn} from '../run-patchdeck.ts';
import {installing, threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

/** Every start of a job is a unit in the host's own journal. */
const startsOf = async (host: string): Promise<number> => (await startedJobs(here.lab, host)).length;

it('kill -9 of the console in the middle of an upgrade: the host finishes, the next start goes on, nothing runs twice', async () => {
  await here.readyWithSlow(12);
  const before = await startsOf('lab3');
  const deploy = here.deck.start('deploy', 'lab3', '--yes');
  await deploy.line(installing('lab3'));
  deploy.child.kill('SIGKILL');
  await deploy.ended;

  const again = await here.deck.run('deploy', '--yes');
  expect(again.said).toContain('deploy was interrupted: 1 host at work is followed');
  expect(again.exit).toBe(0);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-slow')).toBe('2.0');
  expect((await startsOf('lab3')) - before).toBe(1);
  // The way back is intact.
  const rollback = await here.deck.run('rollback', 'lab3', '--yes');
  expect(rollback.exit).toBe(0);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-slow')).toBe('1.0');
});
