import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a host that is not what the plan was made for any more: it is stopped before anything is changed', async () => {
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
  await here.lab.shell('lab3', 'DEBIAN_FRONTEND=noninteractive apt-get -q -y remove pdlab-web');
  const before = await versionOn(here.lab, 'lab3', 'liblzma5');
  const deploy = await here.deck.run('deploy', 'lab3', '--yes');
  expect(deploy.exit).toBe(3);
  expect(deploy.said).toContain('pdlab-web is not installed, the plan was made for 1.0; nothing was changed');
  expect(await versionOn(here.lab, 'lab3', 'liblzma5')).toBe(before);
});
