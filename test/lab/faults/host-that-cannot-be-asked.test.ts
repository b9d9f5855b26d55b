import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Ended} from '../../commands/program.ts';
import {expectRefusal} from '../../commands/refusal.ts';
import {oneHostForEach} from '../one-host.ts';

const here = oneHostForEach();
const {inside, run} = here;

describe('a host that cannot be asked', () => {
  const unknown = async (code: string, says: RegExp, next: RegExp): Promise<Ended> => {
    const ended = await run('scan', 'lab1', 'lab4');
    expectRefusal(ended, {exit: 3, code, host: 'lab4', says: [says], next});
    expect(ended.stderr).toContain('ok lab1: ');
    return ended;
  };

  it('for it has no package manager is named, the others are scanned, and the next step is said', async () => {
    await inside('lab4', 'mv /usr/bin/apt-get /usr/bin/apt-get.aside');
    await unknown(
      'host.no-manager',
      /lab4 \(Debian GNU\/Linux 13 \(trixie\)\) has no package manager that patchdeck knows; what is pending on it is unknown/,
      /leave it out/,
    );
  });

  it('for its sshd is stopped is named as refusing, and the others are scanned', async () => {
    await inside('lab4', 'systemctl stop ssh.socket ssh.service 2>/dev/null; systemctl stop ssh.service');
    await unknown(
      'ssh.refused',
      /lab4 \(\S+:22\) refused the connection; nothing was done there/,
      /whether sshd runs/,
    );
  });

  it('for its network is cut is named as timed out, and the others are scanned', async () => {
    const config = join(here.place.folder, 'ssh_config');
    await writeFile(config, `${await readFile(here.lab.sshConfigPath, 'utf8')}\n  ConnectTimeout 3\n`);
    await here.lab.cut('lab4');
    try {
      const ended = await here.place.run(
        'scan',
        'lab1',
        'lab4',
        '--json',
        '--inventory',
        here.lab.inventoryPath,
        '--ssh-config',
        config,
      );
      expectRefusal(ended, {
        exit: 3,
        code: 'ssh.timeout',
        host: 'lab4',
        says: [/lab4 .*(took longer than 3 s|did not answer); nothing was done there/],
        next: /whether the host is up/,
      });
    } finally {
      await here.lab.heal('lab4');
    }
  });
});
