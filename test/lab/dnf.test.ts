import {beforeAll, describe, expect, it} from 'vitest';
import {facts, rebootDoubt} from '../../src/hosts/facts.ts';
import {dnf4} from '../../src/managers/dnf4/dnf4.ts';
import {until} from './host-jobs.ts';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, type Answer, type Patchdeck} from './run-patchdeck.ts';

/** RPMs on a real host that has dnf beside apt, by the real program. */
describe('a host with dnf', () => {
  const host = 'lab5';
  let lab: Lab;
  let deck: Patchdeck;

  const run = (...args: string[]): Promise<Answer> => deck.run(...args);
  const well = async (...args: string[]): Promise<Answer> => {
    const answer = await run(...args);
    expect(answer.exit === 0 ? '' : answer.said).toBe('');
    return answer;
  };
  const shell = async (command: string): Promise<string> => (await lab.shell(host, command)).stdout.trim();
  const fresh = async (...packages: string[]): Promise<void> => {
    await lab.reset(host);
    if (packages.length > 0) await lab.install(host, ...packages);
    deck = await patchdeckOn(lab);
  };
  /** What the host is, as its own tools say it. */
  const portrait = async (): Promise<Record<string, string>> => ({
    rpms: await shell('rpm -qa | sort'),
    debs: await shell("dpkg-query -W -f='${Package} ${Version} ${db:Status-Abbrev}\\n'"),
    automatic: await shell(
      "dnf -q repoquery --installed --qf '%{name} %{reason}' | grep dependency; apt-mark showauto",
    ),
    held: await shell('cat /etc/dnf/plugins/versionlock.list'),
    configuration: await shell('ls /etc/pdrpm*; cat /etc/pdrpm*'),
    serves: await shell('systemctl is-active pdrpm-web pdlab-web; cat /usr/share/pdrpm-web/health'),
  });
  const jobsOf = ({lines}: Answer): unknown[] =>
    lines.flatMap(({type, data}) => {
      const job = data?.['job'] as {kind: string; step: number} | undefined;
      return type === 'job.intended' && job !== undefined ? [`${job.kind} ${job.step}`] : [];
    });

  beforeAll(async () => {
    lab = await up({hosts: 5});
  });

  it('is patched by apt and by dnf in one plan, its service restarted, and goes back to what it was, to the letter', async () => {
    await fresh('pdrpm-kernel');
    await shell('dnf -q mark remove pdrpm-tool');
    const before = await portrait();
    expect(before['automatic']).toMatch(/^pdrpm-tool dependency$/m);
    await well('scan', host);
    const wanted = [
      'pdlab-web',
      'pdrpm-web',
      'pdrpm-tool',
      'pdrpm-newdep',
      'pdrpm-new',
      'pdrpm-config',
      'pdrpm-kernel',
    ];
    await well('plan', ...wanted.flatMap(name => ['--package', name]));
    const test = await well('test', '--yes');
    expect(jobsOf(test)).toEqual(['stage 0', 'stage 1', 'install 0', 'install 1', 'restart 0']);
    expect(JSON.stringify(test.lines)).toContain('"grade":"full"');
    const after = await portrait();
    expect(after['rpms']).toMatch(/^pdrpm-kernel-1\.0-1\.noarch\npdrpm-kernel-2\.0-1\.noarch$/m);
    expect(after['rpms']).toMatch(/^pdrpm-newdep-lib-1\.0-1\.noarch$/m);
    expect(after['rpms']).not.toMatch(/^pdrpm-old-/m);
    expect(after['automatic']).toMatch(/^pdrpm-newdep-lib dependency\npdrpm-tool dependency$/m);
    expect(after['automatic']).not.toMatch(/^pdrpm-new dependency$/m);
    expect(after['serves']).toBe('active\nactive\nok, pdrpm-web 1.1-1');
    // The edited file stays in force where the package says so, and is put aside where it does not.
    expect(after['configuration']).toContain('/etc/pdrpm-config.conf.rpmnew');
    expect(after['configuration']).toContain('/etc/pdrpm-config.defaults.rpmsave');
    for (const leftover of ['/etc/pdrpm-config.conf.rpmnew', '/etc/pdrpm-config.defaults.rpmsave'])
      expect(test.said).toContain(leftover);

    // Meanwhile the archive moves on: dnf itself knows no way back any more.
    await shell('dnf -q config-manager --set-disabled base; rm -rf /var/cache/dnf/*');
    const undone = await lab.shell(host, 'dnf -y history undo last');
    expect(undone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Cannot find rpm nevra') as string,
    });
    const back = await well('rollback', host, '--yes', '--reason', 'try it');
    expect(jobsOf(back).slice(0, 2)).toEqual(['undo 1', 'undo 0']);
    expect(await portrait()).toEqual(before);
  });

  it('is rebooted where needs-restarting names what was updated, proven anew and closed', async () => {
    await fresh();
    await shell(
      'mkdir -p /etc/dnf/plugins/needs-restarting.d; echo pdrpm-web > /etc/dnf/plugins/needs-restarting.d/lab.conf',
    );
    await well('scan', host);
    await well('plan', '--package', 'pdrpm-web', '--reboot', 'when-needed');
    const test = await well('test', '--yes');
    expect(JSON.stringify(test.lines)).toContain('"rebooting","note":"asked for by pdrpm-web"');
    expect(test.lines.filter(({type}) => type === 'reboot.seen')).toHaveLength(1);
    await well('deploy', '--yes', '--sign-off', 'tester', '--reason', 'one host');
    await well('verify', '--close', '--reason', 'all there');
    expect(await shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.1-1.x86_64');
  });

  it('is not done when a scriptlet failed, though dnf says Complete! and ends with 0; and goes back', async () => {
    await fresh('pdrpm-postfails');
    await well('scan', host);
    await well('plan', '--package', 'pdrpm-postfails');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('the manager called it a success, but');
    expect(test.said).toContain(
      'the %post scriptlet of pdrpm-postfails failed, though rpm calls it installed',
    );
    expect(await shell('rpm -q pdrpm-postfails')).toBe('pdrpm-postfails-2.0-1.noarch');
    await well('rollback', host, '--yes', '--reason', 'its store');
    expect(await shell('rpm -q pdrpm-postfails')).toBe('pdrpm-postfails-1.0-1.noarch');
    // The lie itself.
    expect(await shell('dnf -y -q upgrade pdrpm-postfails >/dev/null 2>&1; echo $?')).toBe('0');
  });

  it('is not done when %pre refuses, and says what stayed', async () => {
    await fresh('pdrpm-prefails');
    await well('scan', host);
    await well('plan', '--package', 'pdrpm-prefails');
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('pdrpm-prefails is 1.0-1, not 2.0-1');
  });

  it('is unknown when one of its repositories is dead, or none is enabled, which dnf passes over in silence', async () => {
    await fresh();
    await shell("sed -i 's#/rpm/acme#/rpm/nowhere#' /etc/yum.repos.d/lab.repo; rm -rf /var/cache/dnf/*");
    const scan = await run('scan', host);
    expect(scan.exit).toBe(3);
    expect(scan.said).toContain(`the package lists of dnf4 of ${host} could not be refreshed`);
    expect(scan.said).toContain("repo 'acme'");
    // The lie itself.
    expect(
      await shell(
        'dnf -q --setopt=acme.skip_if_unavailable=1 --refresh repoquery --upgrades pdrpm-thirdparty 2>/dev/null; echo $?',
      ),
    ).toBe('0');
    await shell("sed -i 's/^enabled=1/enabled=0/' /etc/yum.repos.d/lab.repo");
    expect(await shell('dnf -q makecache; echo $?')).toBe('0');
    expect((await run('scan', host)).said).toContain('could not be refreshed (no repository is enabled)');
  });

  it('keeps back what is held, excluded or not installable, with its reason; dnf skips it in silence', async () => {
    await fresh();
    await well('scan', host);
    for (const [name, why] of [
      ['pdrpm-held', 'held'],
      ['pdrpm-excluded', 'excluded'],
      ['pdrpm-conflict', 'broken dependency'],
    ] as const) {
      const plan = await run('plan', '--package', name);
      expect(plan.exit).toBe(2);
      expect(plan.said).toContain(`dnf4:${name}@2.0-1 is ${why} on ${host}; nothing was chosen`);
    }
    // A repository of a better priority has the package, too.
    await shell("sed -i '/^\\[base\\]/a priority=50' /etc/yum.repos.d/lab.repo");
    await well('scan', host);
    expect((await run('plan', '--package', 'pdrpm-web')).said).toContain(
      `dnf4:pdrpm-web@1.1-1 is excluded on ${host}`,
    );
    await shell("sed -i '/^priority=/d' /etc/yum.repos.d/lab.repo");
    // The lies themselves: skipped, excluded, and a dry run that says nothing: all of them 0.
    const lie = async (command: string): Promise<string> =>
      (await shell(`${command} >/tmp/said 2>/tmp/errors; echo $?; cat /tmp/said`)).replaceAll(/\s+/g, ' ');
    expect(await lie('dnf -y upgrade pdrpm-conflict')).toMatch(
      /^0 .*Skip 1 Package Nothing to do\. Complete!$/,
    );
    expect(await lie('dnf -y -q install pdrpm-excluded')).toBe('0');
    expect(await lie('dnf -q --assumeno upgrade pdrpm-conflict-2.0-1')).toBe('0');
    expect(await shell('rpm -q pdrpm-conflict pdrpm-excluded')).toBe(
      'pdrpm-conflict-1.0-1.noarch\npdrpm-excluded-1.0-1.noarch',
    );
  });

  it('says of an advisory without a CVE, too, which dnf leaves out when it is asked for CVEs', async () => {
    const lie = await lab.shell(host, 'dnf -q updateinfo list --updates --with-cve');
    expect(lie).toMatchObject({code: 0, stdout: expect.stringContaining('CVE-2026-20001') as string});
    expect(lie.stdout).not.toMatch(/pdrpm-tool|LAB[SB]A/);
    const asked = await lab.shell(host, dnf4.pending.script(undefined).text);
    const told = Object.fromEntries(
      dnf4.pending
        .parse(Buffer.from(asked.stdout))
        .map(({name, advisories}) => [name, advisories?.map(({id}) => id)]),
    );
    expect(told).toMatchObject({'pdrpm-tool': ['LABBA-2026:20002'], 'pdrpm-web': ['LABSA-2026:20001']});
  });

  it('may want a reboot where the plugin that says so is missing, which ends with the same 1 as "reboot"', async () => {
    const plugin = await shell('find /usr/lib/python3 -path "*dnf-plugins/needs_restarting.py"');
    await shell(`mv ${plugin} ${plugin}.away`);
    expect((await lab.shell(host, 'dnf -q needs-restarting -r')).code).toBe(1);
    const asked = await lab.shell(host, facts.script(undefined).text);
    const scan = await well('scan', host);
    await shell(`mv ${plugin}.away ${plugin}`);
    expect(rebootDoubt(facts.parse(Buffer.from(asked.stdout)))).toContain(
      "dnf's needs-restarting gives no answer",
    );
    expect(scan.said).toContain(`~ ${host}: whether it wants a reboot is not known`);
    const again = await lab.shell(host, facts.script(undefined).text);
    expect(facts.parse(Buffer.from(again.stdout))).not.toHaveProperty('rebootUnknown');
  });

  it('is not ready for a plan while another dnf is at work, nor with a package that was locked since', async () => {
    await lab.install(host, 'pdrpm-slow');
    await well('plan', '--package', 'pdrpm-web');
    await shell("dnf -q versionlock add --raw 'pdrpm-web-0:1.0-1.*'");
    await shell('touch /run/pdrpm-slow; systemd-run --quiet --unit=another dnf -y upgrade pdrpm-slow');
    await until('the other is at work', async () => (await shell('rpm -q pdrpm-slow')).includes('2.0'));
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    expect(test.said).toContain('pdrpm-web is held');
    expect(test.said).toMatch(/dnf \(pid \d+\) holds rpm's lock/);
    expect(test.said).toContain('nothing was changed');
    expect(test.said).not.toContain('half-installed');
    expect(await shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.0-1.x86_64');
    await shell('rm /run/pdrpm-slow');
    await until('the other is done', async () => (await shell('systemctl is-active another')) === 'inactive');
  });

  it('takes no package whose signature is not what it should be, and says of each why', async () => {
    const names = ['pdrpm-stranger', 'pdrpm-tampered', 'pdrpm-unsigned'];
    await lab.install(host, ...names);
    deck = await patchdeckOn(lab);
    await well('scan', host);
    await well('plan', ...names.flatMap(name => ['--package', name]));
    const test = await run('test', '--yes');
    expect(test.exit).toBe(3);
    for (const why of [
      'Public key for pdrpm-stranger-2.0-1.noarch.rpm is not installed (digests SIGNATURES NOT OK)',
      'Problem opening package pdrpm-tampered-2.0-1.noarch.rpm (DIGESTS SIGNATURES NOT OK)',
      'Package pdrpm-unsigned-2.0-1.noarch.rpm is not signed (digests OK)',
    ])
      expect(test.said).toContain(`dnf refused: ${why}`);
    expect(test.said).toContain('nothing was changed');
    expect(await shell(`rpm -q ${names.join(' ')}`)).toBe(
      names.map(name => `${name}-1.0-1.noarch`).join('\n'),
    );
  });
});
