import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from '../run-patchdeck.ts';

describe('a host on which nothing of ours may be executed', () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab3');
    const mounted = await lab.shell(
      'lab3',
      'mkdir -m 700 /var/lib/patchdeck && mount -t tmpfs -o noexec,nosuid,nodev,mode=700 none /var/lib/patchdeck && mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 none /tmp && apt-get -q update',
    );
    expect(mounted.code).toBe(0);
    deck = await patchdeckOn(lab);
  });

  it('noexec on /var/lib/patchdeck and /tmp: staging, installing and the way back work as anywhere', async () => {
    for (const step of [
      ['scan', 'lab3'],
      ['plan', '--package', 'pdlab-web'],
      ['test', '--yes', '--sign-off', 'tester', '--reason', 'good'],
    ]) {
      const answer = await deck.run(...step);
      expect(answer.exit === 0 ? '' : answer.said).toBe('');
    }
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
    const rollback = await deck.run('rollback', 'lab3', '--yes', '--reason', 'try it');
    expect(rollback.exit === 0 ? '' : rollback.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.0');
    expect((await lab.shell('lab3', 'ls /var/lib/patchdeck/jobs')).stdout).toBe('');
  });
});
