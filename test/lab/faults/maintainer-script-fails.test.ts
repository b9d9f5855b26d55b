import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a maintainer script that fails stops the wave, is named, and is rolled back', async () => {
  await here.lab.install('lab3', 'pdlab-postinst-fails=1.0');
  await here.lab.shell('lab3', 'apt-get -q update');
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-postinst-fails', '--package', 'pdlab-web']);
  const deploy = await here.deck.run('deploy', '--yes', '--concurrency', '1');
  expect(deploy.exit).toBe(3);
  expect(deploy.said).toContain('pdlab-postinst-fails 2.0 is not configured');
  const wave = deploy.lines.filter(line => line.type === 'wave.ended').at(-1);
  expect(wave?.data?.['outcome']).toBe('failed');

  const rollback = await here.deck.run('rollback', 'lab3', '--yes');
  expect(rollback.said).toContain('1 of 1 hosts proven to be as before');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-postinst-fails')).toBe('1.0');
  expect((await here.lab.shell('lab3', 'dpkg --audit')).stdout).toBe('');
});
