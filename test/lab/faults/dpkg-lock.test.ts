import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a dpkg lock that somebody holds: the host is not ready, says who holds it, and nothing is changed', async () => {
  await here.scan();
  const plan = await here.deck.run('plan', '--package', 'pdlab-web');
  expect(plan.exit).toBe(0);
  await here.lab.shell(
    'lab3',
    'systemd-run --quiet --unit=holder python3 -c pass 2>/dev/null; systemd-run --quiet --unit=holder2 flock -x /var/lib/dpkg/lock-frontend sleep 300',
  );
  const test = await here.deck.run('test', '--yes');
  await here.lab.shell('lab3', 'systemctl stop holder2.service');
  expect(test.exit).toBe(3);
  expect(test.said).toMatch(/holds dpkg's lock/);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-web')).toBe('1.0');
});
