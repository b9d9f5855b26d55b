import {afterAll, beforeAll, expect, it} from 'vitest';
import {hostDirectory} from '../../../src/jobs/host-directory.ts';
import {jobsOn, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

let lab: Lab;
let jobs: HostJobs;
beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset('lab4');
  jobs = jobsOn(lab, 'lab4');
  // As a job of before left it.
  const job = await jobs.newJob();
  await jobs.start(job, 'true');
  await jobs.ended(job);
});
afterAll(() => lab.reset('lab4'));

it.each([
  [
    'a link in place of its directory',
    `mv ${hostDirectory} /root/kept; mkdir -m 777 /tmp/planted; ln -s /tmp/planted ${hostDirectory}`,
    `rm ${hostDirectory}; mv /root/kept ${hostDirectory}`,
  ],
  [
    'a link that leads nowhere',
    `mv ${hostDirectory} /root/kept; ln -s /tmp/nowhere ${hostDirectory}`,
    `rm ${hostDirectory}; mv /root/kept ${hostDirectory}`,
  ],
  ["a directory that is not root's", `chown ops ${hostDirectory}`, `chown root ${hostDirectory}`],
  ['a directory others may write to', `chmod 777 ${hostDirectory}/jobs`, `chmod 700 ${hostDirectory}/jobs`],
  ['a parent others may write to', 'chmod o+w /var/lib', 'chmod o-w /var/lib'],
])('a job is refused on finding %s, and leaves nothing there', async (_, plant, mend) => {
  await jobs.shell(plant);
  const job = await jobs.newJob();
  const answer = await jobs.start(job, 'touch /root/ran');
  expect(answer).toMatchObject({outcome: 'refused'});
  expect(answer.reason).toContain("is a link, not root's, or writable by others");
  expect(await jobs.shell('find /tmp/planted /tmp/nowhere -mindepth 1 2>/dev/null | wc -l')).toBe('0');
  await jobs.shell(mend);
  expect(await jobs.stateOf(job)).toEqual({state: 'never-started'});
});
