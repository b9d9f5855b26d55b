import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('somebody patched the host between test and deploy: what is there counts as done, the rest is installed, all of it goes back', async () => {
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
  await here.lab.shell('lab3', 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install pdlab-web');
  const deploy = await here.deck.run('deploy', '--yes');
  expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-web')).toBe('1.1');
  const rollback = await here.deck.run('rollback', 'lab3', '--yes');
  expect(rollback.exit === 0 ? '' : rollback.said).toBe('');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-web')).toBe('1.0');
});
