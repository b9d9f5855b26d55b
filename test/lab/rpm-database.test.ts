import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {
  changedConfigurationOf,
  restoreConfiguration,
  saveConfiguration,
} from '../../src/managers/rpm/configuration.ts';
import {
  complaintsOf,
  hasPackages,
  keepComplaints,
  lockHolders,
  ownersOf,
  twice,
} from '../../src/managers/rpm/database.ts';
import {installedSinceBoot} from '../../src/managers/rpm/reboot.ts';
import type {Probe} from '../../src/model/script.ts';
import {up, type Lab} from './lab.ts';

/** What managers of RPMs share, asked of a real database. */
describe("rpm's database on a real host", () => {
  let lab: Lab;
  const directory = '/var/lib/patchdeck/stage/shared';
  const shell = async (command: string): Promise<string> => (await lab.shell('lab5', command)).stdout;
  const ask = async <Args, Answer>(probe: Probe<Args, Answer>, args: Args): Promise<Answer> =>
    probe.parse(
      Buffer.from((await lab.shell('lab5', '/bin/sh -s', {input: probe.script(args).text})).stdout),
    );

  beforeAll(async () => {
    lab = await up({hosts: 5});
    await lab.reset('lab5');
    await lab.install('lab5', 'pdrpm-postfails');
    await shell(
      `mkdir -p ${directory} && cd /root && dnf -q download pdrpm-postfails pdrpm-config pdrpm-tool`,
    );
  });
  afterAll(async () => lab.reset('lab5'));

  it('is there where packages are in it', async () => {
    expect(await shell(`${hasPackages} && echo yes`)).toBe('yes\n');
    expect((await lab.shell('lab1', `${hasPackages} && echo yes`)).stdout).toBe('');
  });

  it('names the package of a unit', async () => {
    expect(await ask(ownersOf('dnf4'), {unit: 'pdrpm-web.service'})).toEqual(['pdrpm-web']);
    expect(await ask(ownersOf('dnf4'), {unit: 'nobody.service'})).toEqual([]);
  });

  it('says who holds its lock', async () => {
    await shell(
      `systemd-run --quiet --unit=holder python3 -c 'import fcntl,time; f=open("/var/lib/rpm/.rpm.lock","w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(60)'
       for i in $(seq 100); do [ -z "$({ ${lockHolders}; })" ] || break; sleep 0.1; done`,
    );
    expect(await shell(lockHolders)).toMatch(/^python3 \(pid \d+\)\n$/);
    await shell('systemctl stop holder');
    expect(await shell(lockHolders)).toBe('');
  });

  it('keeps what became of scriptlets, until the package is installed anew', async () => {
    await shell(
      `cd ${directory}; rpm --force-debian -U /root/pdrpm-postfails-2.0-1.noarch.rpm > log 2>&1; ${keepComplaints}\nkeep_complaints log`,
    );
    expect(await shell('rpm -q pdrpm-postfails')).toBe('pdrpm-postfails-2.0-1.noarch\n');
    expect((await ask(complaintsOf('dnf4'), {directory})).map(({what}) => what)).toEqual([
      'the %post scriptlet of pdrpm-postfails failed, though rpm calls it installed',
    ]);
    await shell(
      `before=$(rpm -q --qf '%{INSTALLTIME}' pdrpm-postfails); while [ "$(date +%s)" = "$before" ]; do sleep 0.1; done
       rpm --force-debian -U --replacepkgs --noscripts /root/pdrpm-postfails-2.0-1.noarch.rpm`,
    );
    expect(await ask(complaintsOf('dnf4'), {directory})).toEqual([]);
  });

  it('brings configuration files back as they were, and leaves nothing beside them', async () => {
    const state = (): Promise<string> => shell('ls /etc/pdrpm-config*; cat /etc/pdrpm-config*');
    const before = await state();
    await shell(`cd ${directory}; ${saveConfiguration}\nsave_configuration pdrpm-config`);
    await shell('rpm --force-debian -U /root/pdrpm-config-2.0-1.noarch.rpm');
    expect(await ask(changedConfigurationOf('dnf4'), {directory})).toEqual([
      '/etc/pdrpm-config.defaults',
      '/etc/pdrpm-config.conf.rpmnew',
      '/etc/pdrpm-config.defaults.rpmsave',
    ]);
    await shell(`cd ${directory}; ${restoreConfiguration}\nrestore_configuration`);
    expect(await ask(changedConfigurationOf('dnf4'), {directory})).toEqual([]);
    expect(await state()).toBe(before);
  });

  it('knows what was installed since this host was booted, not since the machine below was', async () => {
    expect(await shell(installedSinceBoot('pdrpm-postfails pdrpm-web pdrpm-nowhere'))).toBe(
      'pdrpm-postfails\n',
    );
  });

  it('says what an interrupted transaction left twice', async () => {
    expect(await shell(twice)).toBe('');
    await shell('rpm --force-debian -i --force --justdb /root/pdrpm-tool-1.0-1.noarch.rpm');
    expect(await shell(twice)).toBe('pdrpm-tool\n');
  });
});
