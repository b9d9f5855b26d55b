import {beforeAll, describe, expect, it} from 'vitest';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from './run-patchdeck.ts';

/** One run on four real hosts, from the first scan to the rollback of one of them. The steps build on each other. */
describe('a whole run on four real hosts', () => {
  let lab: Lab;
  let deck: Patchdeck;
  const hosts = ['lab1', 'lab2', 'lab3', 'lab4'];

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(...hosts);
    deck = await patchdeckOn(lab);
  });

  it('scan finds what apt finds, held and third-party packages with their class', async () => {
    const scan = await deck.run('scan');
    expect(scan.said).toContain('4 of 4 hosts answered');
    expect(scan.exit).toBe(0);
    const scanned = scan.lines.filter(line => line.type === 'host.scanned');
    expect(scanned.map(line => line.data?.['host']).sort()).toEqual(hosts);
    const {stdout} = await lab.shell(
      'lab1',
      'LC_ALL=C apt-get -s --with-new-pkgs upgrade | grep -c "^Inst [^ ]* \\["',
    );
    const lab1 = scanned.find(line => line.data?.['host'] === 'lab1')?.data?.['summary'];
    expect((lab1 as {updates: number}).updates).toBe(Number(stdout));
    expect(lab1).toMatchObject({failedUnits: 0, broken: 0});
    const lab2 = scanned.find(line => line.data?.['host'] === 'lab2')?.data?.['summary'];
    // pdlab-held is held, pdlab-thirdparty is Acme's.
    expect(lab2).toMatchObject({notInstalled: 2, held: 1});
  });

  it('plan ranks with written reasons and locks exact changes, never the held package', async () => {
    const ranked = await deck.run('plan');
    const patches = ranked.result['patches'] as {id: string; why: string; cves: string[]}[];
    expect(patches.length).toBeGreaterThan(3);
    expect(patches.every(patch => patch.why.length > 0)).toBe(true);
    // openssl's changelog between the two versions names CVEs.
    expect(patches.find(patch => patch.id.startsWith('apt:openssl@'))?.cves.length).toBeGreaterThan(0);

    const plan = await deck.run('plan', '--security', '--reboot', 'when-needed');
    expect(plan.said).toMatch(/plan [0-9a-f]{12}: \d+ changes on 4 hosts/);
    expect(plan.exit).toBe(0);
  });

  it('deploy is refused before the test, with what opens the gate', async () => {
    const deploy = await deck.run('deploy', '--yes');
    expect(deploy.exit).toBe(4);
    expect(deploy.said).toContain('the plan was not tested');
  });

  it('test stages every host with a way back and upgrades the canary alone', async () => {
    const test = await deck.run('test', '--yes', '--accept-no-rollback', 'lab1', '--reason', 'lab');
    expect(test.said).toContain('4 of 4 hosts staged');
    expect(test.exit).toBe(0);
    expect(await versionOn(lab, 'lab1', 'pdlab-web')).toBe('1.1');
    expect(await versionOn(lab, 'lab2', 'pdlab-web')).toBe('1.0');
    // Automatic updaters are held off on every staged host, and a timer of the host's own ends that.
    for (const host of hosts) {
      const timers = await lab.shell(
        host,
        'systemctl is-active apt-daily.timer apt-daily-upgrade.timer "patchdeck-updaters*.timer"',
      );
      expect(timers.stdout.trim().split('\n')).toEqual(['inactive', 'inactive', 'active']);
    }
  });

  it('deploy goes through the waves in order and proves each host', async () => {
    const words = ['--sign-off', 'tester', '--reason', 'canary healthy'];
    const accept = hosts.flatMap(host => ['--accept-no-rollback', host]);
    const deploy = await deck.run('deploy', '--yes', ...words, ...accept);
    expect(deploy.said).toContain('deploy: complete');
    expect(deploy.exit).toBe(0);
    const waves = deploy.lines.filter(line => line.type === 'wave.started').map(line => line.data?.['wave']);
    expect(waves).toEqual([2, 3]);
    for (const host of hosts) expect(await versionOn(lab, host, 'pdlab-web')).toBe('1.1');
    expect(await versionOn(lab, 'lab1', 'openssl')).not.toBe('');
  });

  it('verify proves it by a new scan, and the report says so', async () => {
    const verify = await deck.run('verify');
    expect(verify.said).toContain('4 of 4 hosts proven to be as planned');
    expect(verify.exit).toBe(0);
    const report = await deck.run('report');
    const text = String(report.result['report']);
    expect(text).toContain('| lab2 | done |');
    expect(text).toMatch(/openssl:amd64 \| 3\.\S+ \| 3\.\S+/);
  });

  it('rollback takes one host back: versions, marks and holds as before', async () => {
    const rollback = await deck.run('rollback', 'lab2', '--yes', '--reason', 'a user is unhappy');
    expect(rollback.said).toContain('1 of 1 hosts proven to be as before');
    expect(rollback.exit).toBe(0);
    expect(await versionOn(lab, 'lab2', 'pdlab-web')).toBe('1.0');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
    const {stdout} = await lab.shell('lab2', 'apt-mark showhold');
    expect(stdout.trim()).toBe('pdlab-held');
    const audit = await lab.shell('lab2', 'dpkg --audit');
    expect(audit.stdout).toBe('');
  });

  it('the closed run leaves no lease, no job and no running unit of patchdeck on any host', async () => {
    const close = await deck.run('runs', 'close', '--reason', 'done');
    expect(close.exit).toBe(0);
    for (const host of hosts) {
      const {stdout} = await lab.shell(
        host,
        'ls /var/lib/patchdeck/jobs; ls /run/patchdeck 2>/dev/null; systemctl list-units --no-legend "patchdeck-*"; systemctl is-active apt-daily.timer',
      );
      expect(stdout.trim()).toBe('active');
    }
  });
});
