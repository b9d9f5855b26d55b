import {describe, expect, it} from 'vitest';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {done, inside, planned} = here;

describe('a real host', () => {
  it('whose login shell prints garbage is scanned and upgraded all the same, and none of it is shown', async () => {
    const noise = `echo 'Welcome to lab4'; printf 'no newline @@ os'; echo READY-0000; printf '\\033]0;title\\007' ; echo 'oops' >&2`;
    await inside(
      'lab4',
      `usermod -s /bin/bash ops; printf '%s\\n' "${noise.replaceAll('\\', '\\\\')}" >~ops/.bashrc; chown ops: ~ops/.bashrc`,
    );
    await planned('pdlab-web');
    const ended = await done('test', '--yes');
    expect(ended.stdout + ended.stderr).not.toMatch(/Welcome|oops|title/);
    expect(await versionOn(here.lab, 'lab4', 'pdlab-web')).toBe('1.1');
  });
});
