import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a mirror that drops the planned version after the canary: the hosts install what was staged', async () => {
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-web']);
  // To lab3 the mirror is gone as a whole, and with it every version.
  await here.lab.shell(
    'lab3',
    "sed -i 's/mirror.lab/gone.lab/' /etc/hosts; rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb",
  );
  const deploy = await here.deck.run('deploy', 'lab3', '--yes');
  expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-web')).toBe('1.1');
});
