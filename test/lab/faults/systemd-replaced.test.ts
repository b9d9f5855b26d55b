import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {unitOf} from '../../../src/jobs/job-unit.ts';
import {jobsOn, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

const host = 'lab4';
const wrapper = '/usr/local/sbin/systemctl';

describe('systemd is replaced, and with it the bus on which jobs are begun', () => {
  let lab: Lab;
  let jobs: HostJobs;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    jobs = jobsOn(lab, host);
  });
  afterAll(() => lab.reset(host));
  beforeEach(() => jobs.shell('rm -f /root/ran'));
  afterEach(() => jobs.shell(`rm -f ${wrapper}`));

  const ran = (): Promise<string> => jobs.shell('cat /root/ran 2>/dev/null || true');
  const plant = (...lines: string[]): Promise<string> =>
    jobs.shell(
      `printf '%s\\n' '#!/bin/sh' ${lines.map(line => `'${line}'`).join(' ')} > ${wrapper}; chmod 755 ${wrapper}`,
    );

  it('daemon-reexec while jobs are begun, and again while they run: each runs once and ends with its own code', async () => {
    const replace = (): Promise<string> => jobs.shell('systemctl daemon-reexec || true');
    for (let n = 1; n <= 4; n++) {
      const job = await jobs.newJob();
      const body = `echo ${job.id} >> /root/ran; echo begun; sleep 1; return ${n}`;
      const [answer] = await Promise.all([jobs.start(job, body), replace()]);
      expect(answer).toMatchObject({outcome: 'started'});
      await until('it runs', async () => (await jobs.logOf(job)) !== '');
      await replace();
      expect(await jobs.ended(job)).toMatchObject({state: 'ended', rc: n});
    }
    const lines = (await ran()).split('\n');
    expect(lines).toHaveLength(4);
    expect(new Set(lines).size).toBe(4);
  });

  it('systemctl starts the unit and then fails, as when the bus is lost: the job runs once', async () => {
    await plant('/usr/bin/systemctl "$@"', 'exit 1');
    const job = await jobs.newJob();
    expect(await jobs.start(job, 'echo ran >> /root/ran; sleep 1; return 3')).toMatchObject({
      outcome: 'started',
    });
    expect(await jobs.ended(job)).toMatchObject({state: 'ended', rc: 3});
    // A runner of it that comes late finds it begun.
    await jobs.shell(`/usr/bin/systemctl start ${unitOf(job.id)}`);
    expect(await ran()).toBe('ran');
    expect(await jobs.stateOf(job)).toMatchObject({state: 'ended', rc: 3});
  });

  it('systemctl fails twice and starts it then: the job runs once', async () => {
    await plant(
      'n=$(cat /run/tries 2>/dev/null || echo 0); echo $((n + 1)) > /run/tries',
      '[ "$n" -ge 2 ] || { echo "Failed to get properties: Connection reset by peer" >&2; exit 1; }',
      'exec /usr/bin/systemctl "$@"',
    );
    const job = await jobs.newJob();
    expect(await jobs.start(job, 'echo ran >> /root/ran')).toMatchObject({outcome: 'started'});
    expect(await jobs.ended(job)).toMatchObject({state: 'ended', rc: 0});
    expect(await ran()).toBe('ran');
  });

  it('systemd never starts it: the job is refused with what systemd said, nothing ran, and nothing of it runs later', async () => {
    await plant('echo "Failed to connect to bus: Connection refused" >&2', 'exit 1');
    const job = await jobs.newJob();
    const answer = await jobs.start(job, 'echo ran >> /root/ran');
    expect(answer.outcome).toBe('refused');
    expect(answer.reason).toContain('Failed to connect to bus');
    await jobs.shell(`rm ${wrapper}`);
    expect((await jobs.start(job, 'echo ran >> /root/ran')).outcome).toBe('claimed');
    await jobs.shell(`/usr/bin/systemctl start ${unitOf(job.id)}`);
    expect(await ran()).toBe('');
  });
});
