import {afterAll, beforeAll, expect, it} from 'vitest';
import {printBootIdentity} from '../../../src/jobs/boot-identity.ts';
import {jobsOn, rebootMs, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

let lab: Lab;
let jobs: HostJobs;
beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset('lab4');
  jobs = jobsOn(lab, 'lab4');
});
afterAll(() => lab.reset('lab4'));

it('a job that a reboot ended in the middle is interrupted, not ended and not started again; one that was never there is asked about', async () => {
  const job = await jobs.newJob();
  await jobs.start(job, 'echo begun; sync; sleep 300');
  await until('it runs', async () => (await jobs.logOf(job)) === 'begun\n');
  const absent = await jobs.newJob();
  await lab.shell('lab4', 'systemctl reboot --force --force');
  await until(
    'it is back',
    async () => {
      const {stdout} = await lab.shell('lab4', printBootIdentity).catch(() => ({stdout: ''}));
      return stdout.trim() !== '' && stdout.trim() !== job.bootId;
    },
    rebootMs,
  );
  expect(await jobs.stateOf(job)).toMatchObject({state: 'interrupted'});
  expect(await jobs.logOf(job)).toBe('begun\n');
  expect((await jobs.start(job, 'touch /root/ran')).outcome).toBe('claimed');
  expect(await jobs.stateOf(absent)).toMatchObject({state: 'replaced'});
  expect(await jobs.shell('ls /root/ran 2>/dev/null | wc -l')).toBe('0');
});
