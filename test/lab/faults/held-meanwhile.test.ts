import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a package that is held between test and deploy: the dry run finds it, and nothing is changed', async () => {
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
  const before = await versionOn(here.lab, 'lab3', 'liblzma5');
  await here.lab.shell('lab3', 'apt-mark hold pdlab-web');
  const deploy = await here.deck.run('deploy', 'lab3', '--yes');
  expect(deploy.exit).toBe(3);
  expect(deploy.said).toMatch(/pdlab-web is held|Held packages were changed/);
  expect(deploy.said).toContain('nothing was changed');
  expect(deploy.lines.filter(line => line.type === 'job.started')).toEqual([]);
  expect(await versionOn(here.lab, 'lab3', 'liblzma5')).toBe(before);
});
