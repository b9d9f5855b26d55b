import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from './lab.ts';
import {mirrorPort} from './network.ts';
import {publishForeign} from './rpm-foreign.ts';
import {patchdeckOn, type Answer, type Patchdeck} from './run-patchdeck.ts';

/** Debian's zypper and rpm on a real host, beside apt. What zypper says of its own work is compared with what became of it. */
describe('zypper', () => {
  const host = 'lab6';
  let lab: Lab;
  let deck: Patchdeck;

  const run = (...args: string[]): Promise<Answer> => deck.run(...args);
  const well = async (...args: string[]): Promise<Answer> => {
    const answer = await run(...args);
    expect(answer.exit === 0 ? '' : answer.said).toBe('');
    return answer;
  };
  const ends = async (command: string): Promise<number | null> =>
    (await lab.shell(host, `LC_ALL=C ${command} >/dev/null 2>&1`)).code;
  const shell = async (command: string): Promise<string[]> =>
    (await lab.shell(host, command)).stdout.trim().split('\n').filter(Boolean);
  const versions = async (): Promise<string[]> =>
    (await shell("rpm -qa --qf '%{NAME} %{EVR}\\n' 'pdrpm-*'")).sort();
  /** All that a way back has to bring back. */
  const state = async (): Promise<unknown> => ({
    packages: await versions(),
    automatic: await shell("grep -v '^#' /var/lib/zypp/AutoInstalled"),
    held: await shell('zypper -q locks | grep -o "pdrpm-[a-z]*"'),
    configuration: await shell('grep . /etc/pdrpm-config*'),
    running: await shell('systemctl is-active pdrpm-web'),
  });
  const planned = async (...words: string[]): Promise<void> => {
    deck = await patchdeckOn(lab);
    await well('scan', host);
    await well('plan', ...words.flatMap(word => (word.startsWith('pdrpm-') ? ['--package', word] : [word])));
  };

  beforeAll(async () => {
    lab = await up({hosts: 6});
    await lab.reset(host);
    await lab.install(host, 'pdrpm-kernel');
    await shell('mkdir -p /var/lib/zypp; echo pdrpm-newdep > /var/lib/zypp/AutoInstalled');
    deck = await patchdeckOn(lab);
  });

  it('is asked what is pending, with advisories, and what would not be installed, and why', async () => {
    const scan = await well('scan', host);
    const scanned = scan.lines.find(line => line.type === 'host.scanned')?.data?.['summary'];
    expect(scanned).toMatchObject({managers: ['apt', 'zypper'], held: 1});
    const found = async (): Promise<string[][]> => {
      const {result} = await well('plan');
      const patches = result['patches'] as {id: string; cves: string[]; notInstalled: {why: string}[]}[];
      return patches.flatMap(({id, cves, notInstalled}) =>
        id.startsWith('zypper:')
          ? [[id.slice('zypper:'.length), ...cves, ...notInstalled.map(({why}) => why)]]
          : [],
      );
    };
    expect((await found()).sort()).toEqual([
      ['pdrpm-broken@2.0-1', 'CVE-2026-20016', 'broken-dependency'],
      ['pdrpm-config@2.0-1', 'CVE-2026-20008'],
      ['pdrpm-conflict@2.0-1', 'CVE-2026-20007', 'needs-new-or-removed'],
      ['pdrpm-held@2.0-1', 'CVE-2026-20005', 'held'],
      ['pdrpm-kernel@2.0-1', 'CVE-2026-20011'],
      // It comes in the place of pdrpm-old.
      ['pdrpm-new@2.0-1', 'CVE-2026-20004', 'needs-new-or-removed'],
      ['pdrpm-newdep@2.0-1', 'CVE-2026-20003'],
      ['pdrpm-reboot@2.0-1', 'CVE-2026-20009', 'CVE-2026-20010'],
      ['pdrpm-thirdparty@2.0-1'],
      ['pdrpm-tool@1:1.0-1'],
      ['pdrpm-vendor@2.0-1', 'third-party'],
      ['pdrpm-web@1.1-1', 'CVE-2026-20001'],
    ]);

    // A repository of a better priority has the package: zypper leaves the newer one out, and says nothing of it.
    await shell('zypper -n modifyrepo --priority 50 base');
    expect(await ends('zypper -n update pdrpm-web')).toBe(0);
    expect(await versions()).toContain('pdrpm-web 1.0-1');
    await well('scan', host);
    expect(await found()).toContainEqual(['pdrpm-web@1.1-1', 'CVE-2026-20001', 'excluded']);
    await shell('zypper -n modifyrepo --priority 99 base');
  });

  it('carries out what was staged, reboots where an advisory wants it, and is taken back with the mirror gone', async () => {
    const before = await state();
    const names = ['web', 'newdep', 'new', 'config', 'tool', 'thirdparty', 'reboot', 'kernel'];
    await planned(...names.map(name => `pdrpm-${name}`), '--reboot', 'when-needed');
    const test = await well('test', '--yes', '--sign-off', 'tester', '--reason', 'lab');
    expect(test.lines.find(line => line.type === 'host.staged')?.data).toMatchObject({grade: 'full'});
    expect(test.said).toContain('rebooting - asked for by zypper needs-rebooting');
    expect(test.said).toContain("the package's own is in force: /etc/pdrpm-config.defaults.rpmsave");
    expect(test.said).toContain("the package's own lies beside it: /etc/pdrpm-config.conf.rpmnew");
    expect(await versions()).toEqual([
      ...['pdrpm-base 1.0-1', 'pdrpm-broken 1.0-1', 'pdrpm-config 2.0-1', 'pdrpm-conflict 1.0-1'],
      ...['pdrpm-held 1.0-1', 'pdrpm-kernel 1.0-1', 'pdrpm-kernel 2.0-1', 'pdrpm-new 2.0-1'],
      ...['pdrpm-newdep 2.0-1', 'pdrpm-newdep-lib 1.0-1', 'pdrpm-reboot 2.0-1', 'pdrpm-thirdparty 2.0-1'],
      ...['pdrpm-tool 1:1.0-1', 'pdrpm-vendor 1.0-1', 'pdrpm-web 1.1-1'],
    ]);
    await well('deploy', '--yes');
    expect((await well('verify')).said).toContain('1 of 1 hosts proven to be as planned');

    await shell("sed -i 's/mirror.lab/nowhere.lab/' /etc/zypp/repos.d/*.repo; rm -rf /var/cache/zypp");
    const rollback = await well('rollback', host, '--yes', '--reason', 'try it');
    expect(rollback.said).toContain('1 of 1 hosts proven to be as before');
    expect(await state()).toEqual(before);
    await shell("sed -i 's/nowhere.lab/mirror.lab/' /etc/zypp/repos.d/*.repo");
  });

  it('works on without a repository that is dead, or without any: what is pending is unknown then', async () => {
    await shell("sed -i 's#/rpm/acme#/rpm/moved#' /etc/zypp/repos.d/*.repo");
    expect(await ends('zypper -n list-updates')).toBe(106);
    deck = await patchdeckOn(lab);
    const scan = await run('scan', host);
    expect(scan.exit).toBe(3);
    expect(scan.said).toMatch(/package lists of zypper of lab6 could not be refreshed \(.*acme of the lab/);
    await shell("sed -i 's#/rpm/moved#/rpm/acme#' /etc/zypp/repos.d/*.repo");
    await shell('zypper --non-interactive modifyrepo --all --disable');
    expect(await ends('zypper -n list-updates')).toBe(0);
    const none = await run('scan', host);
    expect(none.exit).toBe(3);
    expect(none.said).toContain('could not be refreshed (no repository is enabled)');
    await shell('zypper --non-interactive modifyrepo --all --enable');
  });

  it('calls a failed scriptlet a success, or all but one: neither is done', async () => {
    await lab.install(host, 'pdrpm-postfails', 'pdrpm-luafails');
    const before = await state();
    await planned('pdrpm-postfails', 'pdrpm-luafails');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(await versions()).toEqual(
      expect.arrayContaining(['pdrpm-luafails 2.0-1', 'pdrpm-postfails 2.0-1']),
    );
    expect(test.said).toContain('scriptlet of pdrpm-luafails failed');
    expect(test.said).toContain('scriptlet of pdrpm-postfails failed');
    await well('rollback', host, '--yes', '--reason', 'it failed');
    expect(await state()).toEqual(before);
    // The lies themselves: all is well, and all but the script.
    expect(await ends('zypper -n update pdrpm-luafails')).toBe(0);
    expect(await ends('zypper -n update pdrpm-postfails')).toBe(107);
  });

  it('stops at a package whose own script forbids it', async () => {
    await lab.install(host, 'pdrpm-prefails');
    const before = await state();
    await planned('pdrpm-prefails');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('the manager ended with 8: pdrpm-prefails is 1.0-1, not 2.0-1');
    await well('rollback', host, '--yes', '--reason', 'it failed');
    expect(await state()).toEqual(before);
  });

  it('stages nothing that was changed on the way, is not signed, or by a key that nobody trusts; `zypper download` calls that a success', async () => {
    await lab.reset(host);
    await publishForeign(lab);
    await shell(`rm /etc/zypp/repos.d/*; rpm -e --allmatches --force-debian gpg-pubkey
printf '[foreign]\\nbaseurl=http://mirror.lab:${mirrorPort}/rpm/foreign\\nrepo_gpgcheck=0\\n' >/etc/zypp/repos.d/foreign.repo`);
    const before = await state();
    await planned('pdrpm-web', 'pdrpm-tool', 'pdrpm-reboot');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    for (const why of [
      /pdrpm-web-1\.1-1\S* \(foreign\): File is unsigned/,
      /pdrpm-tool-1:1\.0-1\S* \(foreign\): Signatures public key is not available/,
      /pdrpm-reboot-2\.0-1\S* \(foreign\): Signature does not verify/,
    ])
      expect(test.said).toMatch(why);
    expect(test.said).toContain('nothing was changed');
    expect(await state()).toEqual(before);
    // The lie itself.
    expect(await ends('zypper -n --pkg-cache-dir /root/none download pdrpm-web=1.1-1')).toBe(0);
    expect(await shell("find /root/none -name '*.rpm'")).toEqual([]);
  });

  it('says before that there is no way back where the old version is gone', async () => {
    await lab.reset(host);
    await lab.install(host, 'pdrpm-gone=1.0-1');
    await planned('pdrpm-gone');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('could not be rolled back (pdrpm-gone 1.0-1 is gone from cache and archive)');
    expect(await versions()).toContain('pdrpm-gone 1.0-1');
  });

  it('leaves out a patch that wants a reboot and calls that a success: it stays pending, and its reboot wanted', async () => {
    await lab.reset(host);
    // Without those that it would ask about.
    const asked = [20005, 20007, 20016].map(number => `LABSA-2026:${number}`).join(' ');
    await shell(`zypper -n refresh; zypper -n addlock --type patch ${asked}`);
    expect(await ends('zypper -n patch')).toBe(0);
    expect(await versions()).toEqual(expect.arrayContaining(['pdrpm-reboot 1.0-1', 'pdrpm-web 1.1-1']));
    deck = await patchdeckOn(lab);
    await well('scan', host);
    const {result} = await well('plan');
    const ids = (result['patches'] as {id: string}[]).map(({id}) => id);
    expect(ids).toContain('zypper:pdrpm-reboot@2.0-1');
    expect(ids).not.toContain('zypper:pdrpm-web@1.1-1');
    // Told to take it, it asks for the reboot, and says no more of it; the scan does.
    expect(await ends('zypper -n --non-interactive-include-reboot-patches patch')).toBe(102);
    expect(await ends('zypper -n needs-rebooting')).toBe(0);
    const scan = await well('scan', host);
    const scanned = scan.lines.find(line => line.type === 'host.scanned')?.data?.['summary'];
    expect(scanned).toMatchObject({rebootWanted: true});
  });
});
