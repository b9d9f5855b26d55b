import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('a canary that gets worse: it is taken back, the version blocked, and the rest goes on without it', async () => {
  await here.lab.install('lab1', 'pdlab-stops-service=1.0');
  await here.lab.shell('lab1', 'apt-get -q update');
  await here.scan();
  await here.deck.run('plan', '--package', 'pdlab-*');
  const test = await here.deck.run(
    'test',
    '--yes',
    '--undo-regressed',
    '--accept-no-rollback',
    'lab1',
    '--reason',
    'lab',
  );
  expect(test.said).toContain('pdlab-web.service');
  expect(await versionOn(here.lab, 'lab1', 'pdlab-stops-service')).toBe('1.0');
  const {stdout} = await here.lab.shell('lab1', 'systemctl is-active pdlab-web.service');
  expect(stdout.trim()).toBe('active');

  const blocked = test.lines.filter(line => line.type === 'version.blocked');
  expect(blocked.map(({data}) => data?.['patch'])).toContain('apt:pdlab-stops-service@2.0');
  expect(test.exit === 0 ? '' : test.said).toBe('');
  const accept = ['lab1', 'lab3', 'lab4'].flatMap(host => ['--accept-no-rollback', host]);
  const deploy = await here.deck.run(
    'deploy',
    '--yes',
    '--sign-off',
    'tester',
    '--reason',
    'healthy',
    ...accept,
  );
  expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
  expect(await versionOn(here.lab, 'lab1', 'pdlab-stops-service')).toBe('1.0');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-newdep')).toBe('2.0');
});
