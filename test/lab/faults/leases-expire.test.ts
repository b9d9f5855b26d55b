import {beforeAll, describe, expect, it} from 'vitest';
import {inhibitUpdaters, releaseUpdaters} from '../../../src/hosts/updaters.ts';
import {jobsOn, rebootMs, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

const host = 'lab4';

describe('automatic updaters that are held off', () => {
  let lab: Lab;
  let jobs: HostJobs;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    jobs = jobsOn(lab, host);
  });

  const active = async (): Promise<string> =>
    jobs.shell('systemctl is-active apt-daily.timer apt-daily-upgrade.timer || true');

  it('run again by themselves when the lease is over and nobody comes back, and nothing of it is left', async () => {
    expect(await active()).toBe('active\nactive');
    expect(await jobs.ask(inhibitUpdaters, {seconds: 5})).toBe('held');
    expect(await active()).toBe('inactive\ninactive');
    await until('they run again', async () => (await active()) === 'active\nactive');
    expect(await jobs.ask(releaseUpdaters, undefined)).toBe('nothing');
    expect(
      await jobs.shell('ls /run/patchdeck; systemctl list-timers --all | grep -c patchdeck || true'),
    ).toBe('0');
  });

  it('a lease that is taken again lasts from then on, and what was off before stays off after it', async () => {
    await jobs.shell('systemctl stop apt-daily.timer');
    await jobs.ask(inhibitUpdaters, {seconds: 3600});
    expect(await jobs.ask(inhibitUpdaters, {seconds: 4})).toBe('held');
    await until('it runs again', async () => (await active()) === 'inactive\nactive');
    await jobs.shell('systemctl start apt-daily.timer');
  });

  it('a lease that cannot be taken anew: the one before it still ends by itself', async () => {
    await jobs.ask(inhibitUpdaters, {seconds: 8});
    await jobs.shell('mv /usr/bin/systemd-run /usr/bin/systemd-run.aside');
    await expect(jobs.ask(inhibitUpdaters, {seconds: 3600})).rejects.toThrow('ended with 1');
    await jobs.shell('mv /usr/bin/systemd-run.aside /usr/bin/systemd-run');
    expect(await active()).toBe('inactive\ninactive');
    await until('they run again', async () => (await active()) === 'active\nactive');
  });

  it('a reboot ends the lease: they are stopped, not disabled', async () => {
    const {bootId} = await jobs.newJob();
    await jobs.ask(inhibitUpdaters, {seconds: 3600});
    await lab.shell(host, 'systemctl reboot --force --force');
    const again = async (): Promise<boolean> => {
      const now = await jobs.newJob().catch(() => undefined);
      return now !== undefined && now.bootId !== bootId && (await active()) === 'active\nactive';
    };
    await until('it is another boot, and they run', again, rebootMs);
  });
});
