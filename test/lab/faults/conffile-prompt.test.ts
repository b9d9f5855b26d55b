import {describe, expect, it} from 'vitest';
import {oneHostForEach} from '../one-host.ts';
import {versionOn} from '../run-patchdeck.ts';

const here = oneHostForEach();
const {done, inside, outdated, planned} = here;

describe('what packages ask while they are upgraded is answered by itself', () => {
  it('an edited configuration file is kept, the new one is put beside it, and the package is configured', async () => {
    await outdated('pdlab-conffile');
    await inside('lab4', "echo 'limit = 25' >/etc/pdlab-conffile.conf");
    await planned('pdlab-conffile');
    await done('test', '--yes');
    expect(await versionOn(here.lab, 'lab4', 'pdlab-conffile')).toBe('2.0');
    expect(await inside('lab4', 'cat /etc/pdlab-conffile.conf')).toBe('limit = 25');
    expect(await inside('lab4', 'cat /etc/pdlab-conffile.conf.dpkg-dist')).toBe('limit = 5\nburst = 2');
    expect(await inside('lab4', 'dpkg --audit')).toBe('');
    const back = await done('rollback', 'lab4', '--yes');
    expect(back.stderr).toContain('1 of 1 hosts proven to be as before');
    expect(await inside('lab4', 'ls /etc/pdlab-conffile.conf*; cat /etc/pdlab-conffile.conf')).toBe(
      '/etc/pdlab-conffile.conf\nlimit = 25',
    );
  });
});
