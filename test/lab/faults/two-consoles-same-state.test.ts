import {describe, expect, it} from 'vitest';
import {expectRefusal} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {inside, outdated, planned, reach, run} = here;

describe('two consoles on one state directory', () => {
  it('the second exits with 5 and names who is at it; the first upgrades its host to the end', async () => {
    await outdated('pdlab-slow');
    await inside('lab4', 'echo 6 >/etc/pdlab-slow-seconds');
    await planned('pdlab-slow');
    const first = here.place.start(['test', '--yes', ...reach()]);
    await first.says(/lab4: installing/);
    const second = await run('deploy', '--yes');
    expectRefusal(second, {
      exit: 5,
      code: 'run.held',
      says: [
        new RegExp(`is held by \\S+ at \\S+ \\(process ${first.child.pid ?? 0}`),
        /nothing was opened or changed/,
      ],
      next: /hosts at work go on by themselves/,
    });
    const ended = await first.ended;
    expect(ended.exit === 0 ? '' : ended.stderr).toBe('');
    expect(await versionOn(here.lab, 'lab4', 'pdlab-slow')).toBe('2.0');
  });
});
