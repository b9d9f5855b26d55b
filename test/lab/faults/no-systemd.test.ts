import {beforeAll, describe, expect, it} from 'vitest';
import {inhibitUpdaters} from '../../../src/hosts/updaters.ts';
import {jobsOn, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

const host = 'lab4';

describe('a host without systemd', () => {
  let lab: Lab;
  let jobs: HostJobs;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    // To what runs in this shell, and to what comes of it, there is none.
    jobs = jobsOn(lab, host, 'unshare --mount sh -c "mount -t tmpfs none /run/systemd; exec sh -s"');
  });

  it('a job runs detached from the session that began it, is followed, and starts once', async () => {
    const job = await jobs.newJob();
    const body = 'echo $PPID >> /root/ran; echo begun; while [ ! -e /root/go ]; do sleep 0.1; done; return 4';
    expect(await jobs.start(job, body)).toMatchObject({outcome: 'started'});
    await until('it runs', async () => (await jobs.logOf(job)) === 'begun\n');
    expect(await jobs.stateOf(job)).toMatchObject({state: 'running'});
    expect(await jobs.shell('systemctl list-units --all --no-legend "patchdeck-job@*" | wc -l')).toBe('0');
    // A session of its own: nothing that ends the one it came from reaches it.
    const [runner, session] = (
      await jobs.shell(`ps -o pid=,sid= -p $(pgrep -f "/bin/sh .*/${job.id}/run.sh" | head -n 1)`)
    ).split(/\s+/);
    expect(runner).toBe(session);
    expect((await jobs.start(job, body)).outcome).toBe('claimed');

    const other = await jobs.newJob();
    await jobs.start(other, 'echo never >> /root/ran');
    expect(await jobs.ended(other)).toMatchObject({state: 'ended', rc: 75});
    await jobs.shell('touch /root/go');
    expect(await jobs.ended(job)).toMatchObject({state: 'ended', rc: 4});
    expect((await jobs.shell('cat /root/ran')).split('\n')).toHaveLength(1);
  });

  it('no updater is held off, and that is said: no lease is left hanging', async () => {
    expect(await jobs.ask(inhibitUpdaters, {seconds: 60})).toBe('nothing');
    expect(await jobs.shell('systemctl is-active apt-daily.timer')).toBe('active');
  });
});
