import {expect, it} from 'vitest';
import {versionOn} from './run-patchdeck.ts';
import {threeHostsForEach} from './three-hosts.ts';

const here = threeHostsForEach();

it('a package that wants a reboot: the host reboots once, comes back in another boot, and is healthy', async () => {
  await here.lab.install('lab4', 'pdlab-reboot=1.0');
  await here.lab.shell('lab4', 'apt-get -q update');
  await here.scan();
  await here.readyAfterScan([
    '--package',
    'pdlab-reboot',
    '--package',
    'pdlab-web',
    '--reboot',
    'when-needed',
  ]);
  const deploy = await here.deck.run('deploy', 'lab4', '--yes');
  expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
  const seen = deploy.lines.filter(line => line.type === 'reboot.seen' && line.data?.['host'] === 'lab4');
  const intended = deploy.lines.find(line => line.type === 'reboot.intended');
  expect(seen).toHaveLength(1);
  expect(seen[0]?.data?.['bootId']).not.toBe(intended?.data?.['bootId']);
  expect(await versionOn(here.lab, 'lab4', 'pdlab-reboot')).toBe('2.0');
});

it('a held package is shown with its class and never in a plan', async () => {
  await here.lab.shell('lab3', 'apt-mark hold libexpat1');
  const before = await versionOn(here.lab, 'lab3', 'libexpat1');
  await here.scan();
  const ranked = await here.deck.run('plan');
  const patches = ranked.result['patches'] as {id: string; notInstalled: unknown[]}[];
  const expat = patches.find(({id}) => id.startsWith('apt:expat@'));
  expect(expat?.notInstalled).toContainEqual({
    host: 'lab3',
    why: 'held',
    next: expect.stringContaining('apt-mark unhold') as string,
  });

  await here.readyAfterScan(['--package', 'expat', '--package', 'pdlab-web', '--package', 'xz-utils']);
  const deploy = await here.deck.run('deploy', '--yes');
  expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
  expect(await versionOn(here.lab, 'lab1', 'libexpat1')).not.toBe(before);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-web')).toBe('1.1');
  expect(await versionOn(here.lab, 'lab3', 'libexpat1')).toBe(before);
  expect((await here.lab.shell('lab3', 'apt-mark showhold')).stdout.trim()).toBe('libexpat1');
});
