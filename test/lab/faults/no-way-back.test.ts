import {expect, it} from 'vitest';
import {versionOn} from '../run-patchdeck.ts';
import {threeHostsForEach} from '../three-hosts.ts';

const here = threeHostsForEach();

it('an old version that is nowhere any more: no way back, and no deploy without an explicit word', async () => {
  await here.lab.install('lab3', 'pdlab-no-way-back=1.0');
  await here.lab.shell('lab3', 'apt-get -q update');
  await here.scan();
  await here.readyAfterScan(['--package', 'pdlab-no-way-back', '--package', 'pdlab-web']);
  const refused = await here.deck.run('deploy', '--yes');
  expect(refused.exit).toBe(4);
  expect(refused.said).toContain('could not be rolled back: lab3');
  expect(await versionOn(here.lab, 'lab3', 'pdlab-no-way-back')).toBe('1.0');
  const accepted = await here.deck.run(
    'deploy',
    '--yes',
    '--accept-no-rollback',
    'lab3',
    '--reason',
    'no data on it',
  );
  expect(accepted.exit).toBe(0);
  expect(await versionOn(here.lab, 'lab3', 'pdlab-no-way-back')).toBe('2.0');
});
