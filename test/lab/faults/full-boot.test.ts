import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from '../run-patchdeck.ts';

describe('a host whose /boot is full', () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset('lab3');
    await lab.shell('lab3', 'apt-get -q update');
    deck = await patchdeckOn(lab);
  });

  it('is not ready, says how much there is and how much is needed, and nothing is changed; with room made, the same command goes on', async () => {
    for (const step of [
      ['scan', 'lab3'],
      ['plan', '--package', 'pdlab-web'],
    ]) {
      const answer = await deck.run(...step);
      expect(answer.exit === 0 ? '' : answer.said).toBe('');
    }
    await lab.shell(
      'lab3',
      'mkdir -p /boot; mount -t tmpfs -o size=120m none /boot; head -c 115M /dev/zero > /boot/vmlinuz-old',
    );
    const refused = await deck.run('test', '--yes');
    expect(refused.exit).toBe(3);
    expect(refused.said).toMatch(/\/boot has 5 MB free, 100 MB are needed; nothing was changed/);
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.0');
    const {stdout} = await lab.shell('lab3', 'ls -A /var/lib/patchdeck/stage 2>/dev/null | wc -l');
    expect(stdout.trim()).toBe('0');

    await lab.shell('lab3', 'rm /boot/vmlinuz-old');
    const again = await deck.run('test', '--yes');
    expect(again.exit === 0 ? '' : again.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
  });
});
