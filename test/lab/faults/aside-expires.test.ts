import {beforeAll, describe, expect, it} from 'vitest';
import {endAside, startAside} from '../../../src/hosts/set-aside.ts';
import {jobsOn, rebootMs, until, type HostJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';

const host = 'lab4';
/** As a load balancer's agent would have it; the second survives no reboot. */
const drain = {
  kind: 'drain',
  start: 'echo out >>/etc/lb-state; touch /run/lb-out',
  end: 'echo in >>/etc/lb-state; rm -f /run/lb-out',
} as const;

describe('a host that is drained', () => {
  let lab: Lab;
  let jobs: HostJobs;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(host);
    jobs = jobsOn(lab, host);
  });

  const state = async (): Promise<string> =>
    (await jobs.shell('cat /etc/lb-state')).replaceAll('\n', ' ').trim();
  const leftovers = async (): Promise<string> =>
    (await jobs.shell('ls /var/lib/patchdeck/aside /etc/systemd/system | grep -E "drain" || true')).trim();

  it('comes back by itself when the time is over and nobody asks again, and nothing of it is left', async () => {
    expect(await jobs.ask(startAside, {...drain, seconds: 5})).toBeUndefined();
    expect(await state()).toBe('out');
    await until('it is back', async () => (await state()) === 'out in');
    await until('nothing is left', async () => (await leftovers()) === '');
    expect(await jobs.ask(endAside, {kind: 'drain'})).toBeUndefined();
    expect(await state()).toBe('out in');
  });

  it('is drained once however often it is asked, the time beginning anew, and comes back when told', async () => {
    await jobs.shell('rm /etc/lb-state');
    await jobs.ask(startAside, {...drain, seconds: 4});
    await jobs.ask(startAside, {...drain, seconds: 3600});
    expect(await state()).toBe('out');
    expect(
      await jobs.shell('systemctl show -p NextElapseUSecRealtime --value patchdeck-drain.timer'),
    ).not.toBe('');
    expect(await jobs.ask(endAside, {kind: 'drain'})).toBeUndefined();
    expect(await state()).toBe('out in');
    expect(await leftovers()).toBe('');
  });

  it('that cannot be drained has nothing of it left, and says why; one that cannot come back keeps its timer', async () => {
    await jobs.shell('rm -f /etc/lb-state');
    const refused = {...drain, start: 'echo no such backend >&2; exit 3', seconds: 3600};
    expect(await jobs.ask(startAside, refused)).toEqual({
      failure: 'its command ended with 3: no such backend',
      left: false,
    });
    expect(await leftovers()).toBe('');
    await jobs.ask(startAside, {...drain, end: 'test -e /run/may-come-back', seconds: 3600});
    expect(await jobs.ask(endAside, {kind: 'drain'})).toBe('its command ended with 1:');
    expect(await leftovers()).toContain('patchdeck-drain.timer');
    await jobs.shell('touch /run/may-come-back');
    expect(await jobs.ask(endAside, {kind: 'drain'})).toBeUndefined();
    expect(await leftovers()).toBe('');
  });

  it('that is down when the time is over comes back with its boot', async () => {
    await jobs.shell('rm -f /etc/lb-state');
    const {bootId} = await jobs.newJob();
    await jobs.ask(startAside, {...drain, seconds: 1200});
    // What a time that passed while it was down looks like to systemd: the clock itself is never set.
    await jobs.shell(
      `sed -i "s/^OnCalendar=.*/OnCalendar=$(date -u -d '-1 minute' '+%Y-%m-%d %H:%M:%S UTC')/" /etc/systemd/system/patchdeck-drain.timer; touch -d '-1 hour' /var/lib/systemd/timers/stamp-patchdeck-drain.timer`,
    );
    await lab.shell(host, 'systemctl reboot --force --force');
    const back = async (): Promise<boolean> => {
      const now = await jobs.newJob().catch(() => undefined);
      return now !== undefined && now.bootId !== bootId && (await state()) === 'out in';
    };
    await until('it booted, and is back', back, rebootMs);
    await until('nothing is left', async () => (await leftovers()) === '');
  });
});
