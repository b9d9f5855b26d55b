import {afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {up, type Lab} from './lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from './run-patchdeck.ts';

/** What users fear, made to happen on real hosts. Each begins with hosts as new and a run of its own. */
describe('when something breaks on real hosts', () => {
  let lab: Lab;
  let deck: Patchdeck;

  beforeAll(async () => {
    lab = await up({hosts: 4});
  });

  beforeEach(async () => {
    await lab.reset('lab1', 'lab3', 'lab4');
    deck = await patchdeckOn(lab);
  });

  afterEach(async () => {
    await lab.heal('lab3');
  });

  const only = ['--exclude', 'lab2'];
  const slowly = async (host: string, seconds: number): Promise<void> => {
    await lab.install(host, 'pdlab-slow=1.0');
    await lab.shell(host, `echo ${seconds} > /etc/pdlab-slow-seconds; apt-get -q update`);
  };
  /** lab1 is the canary; lab3 gets the slow package, so that there is time to break things. */
  const readyWithSlow = async (seconds: number): Promise<void> => {
    await slowly('lab3', seconds);
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-slow', '--package', 'pdlab-web']);
  };
  const scanOnly = async (): Promise<void> => {
    const scan = await deck.run('scan', ...only);
    if (scan.exit !== 0) throw new Error(scan.said);
  };
  const readyAfterScan = async (choice: string[]): Promise<void> => {
    for (const step of [
      ['plan', ...choice],
      ['test', '--yes', '--sign-off', 'tester', '--reason', 'canary healthy'],
    ]) {
      const answer = await deck.run(...step);
      if (answer.exit !== 0) throw new Error(`${step.join(' ')}: ${answer.said}`);
    }
  };
  const installing = (host: string) => (line: {type: string; data?: Record<string, unknown>}) =>
    line.type === 'job.started' && line.data?.['host'] === host;
  const startsOf = async (host: string): Promise<number> => {
    // Every start of a job is a unit in the host's own journal: at most one for the upgrade.
    const {stdout} = await lab.shell(
      host,
      'journalctl -q --no-pager | grep -c "Started patchdeck-[0-9a-f]*.service" || true',
    );
    return Number(stdout.trim());
  };

  it('kill -9 of the console in the middle of an upgrade: the host finishes, the next start goes on, nothing runs twice', async () => {
    await readyWithSlow(12);
    const before = await startsOf('lab3');
    const deploy = deck.start('deploy', 'lab3', '--yes');
    await deploy.line(installing('lab3'));
    deploy.child.kill('SIGKILL');
    await deploy.ended;

    const again = await deck.run('deploy', '--yes');
    expect(again.said).toContain('deploy was interrupted: 1 host at work is followed');
    expect(again.exit).toBe(0);
    expect(await versionOn(lab, 'lab3', 'pdlab-slow')).toBe('2.0');
    expect((await startsOf('lab3')) - before).toBe(1);
    // The way back is intact.
    const rollback = await deck.run('rollback', 'lab3', '--yes');
    expect(rollback.exit).toBe(0);
    expect(await versionOn(lab, 'lab3', 'pdlab-slow')).toBe('1.0');
  });

  it('a network cut in the middle of an upgrade: the host finishes by itself and is found done', async () => {
    await readyWithSlow(10);
    const deploy = deck.start('deploy', '--yes');
    await deploy.line(installing('lab3'));
    await lab.cut('lab3');
    // It finishes while nobody can reach it.
    await expect
      .poll(() => versionOn(lab, 'lab3', 'pdlab-slow'), {timeout: 60_000, interval: 1000})
      .toBe('2.0');
    await lab.heal('lab3');
    const answer = await deploy.ended;
    expect(answer.exit).toBe(0);
    const phases = answer.lines.filter(line => line.type === 'host.phase' && line.data?.['host'] === 'lab3');
    expect(phases.at(-1)?.data?.['phase']).toBe('done');
  });

  it('a maintainer script that fails stops the wave, is named, and is rolled back', async () => {
    await lab.install('lab3', 'pdlab-postinst-fails=1.0');
    await lab.shell('lab3', 'apt-get -q update');
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-postinst-fails', '--package', 'pdlab-web']);
    const deploy = await deck.run('deploy', '--yes', '--concurrency', '1');
    expect(deploy.exit).toBe(3);
    expect(deploy.said).toContain('pdlab-postinst-fails 2.0 is not configured');
    const wave = deploy.lines.filter(line => line.type === 'wave.ended').at(-1);
    expect(wave?.data?.['outcome']).toBe('failed');

    const rollback = await deck.run('rollback', 'lab3', '--yes');
    expect(rollback.said).toContain('1 of 1 hosts proven to be as before');
    expect(await versionOn(lab, 'lab3', 'pdlab-postinst-fails')).toBe('1.0');
    expect((await lab.shell('lab3', 'dpkg --audit')).stdout).toBe('');
  });

  it('a package that wants a reboot: the host reboots once, comes back in another boot, and is healthy', async () => {
    await lab.install('lab4', 'pdlab-reboot=1.0');
    await lab.shell('lab4', 'apt-get -q update');
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-reboot', '--package', 'pdlab-web', '--reboot', 'when-needed']);
    const deploy = await deck.run('deploy', 'lab4', '--yes');
    expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
    const seen = deploy.lines.filter(line => line.type === 'reboot.seen' && line.data?.['host'] === 'lab4');
    const intended = deploy.lines.find(line => line.type === 'reboot.intended');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.data?.['bootId']).not.toBe(intended?.data?.['bootId']);
    expect(await versionOn(lab, 'lab4', 'pdlab-reboot')).toBe('2.0');
  });

  it('an old version that is nowhere any more: no way back, and no deploy without an explicit word', async () => {
    await lab.install('lab3', 'pdlab-no-way-back=1.0');
    await lab.shell('lab3', 'apt-get -q update');
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-no-way-back', '--package', 'pdlab-web']);
    const refused = await deck.run('deploy', '--yes');
    expect(refused.exit).toBe(4);
    expect(refused.said).toContain('could not be rolled back: lab3');
    expect(await versionOn(lab, 'lab3', 'pdlab-no-way-back')).toBe('1.0');
    const accepted = await deck.run(
      'deploy',
      '--yes',
      '--accept-no-rollback',
      'lab3',
      '--reason',
      'no data on it',
    );
    expect(accepted.exit).toBe(0);
    expect(await versionOn(lab, 'lab3', 'pdlab-no-way-back')).toBe('2.0');
  });

  it('a held package is shown with its class and never in a plan', async () => {
    await lab.shell('lab3', 'apt-mark hold libexpat1');
    const before = await versionOn(lab, 'lab3', 'libexpat1');
    await scanOnly();
    const ranked = await deck.run('plan');
    const patches = ranked.result['patches'] as {id: string; notInstalled: unknown[]}[];
    const expat = patches.find(({id}) => id.startsWith('apt:expat@'));
    expect(expat?.notInstalled).toContainEqual({host: 'lab3', why: 'held'});

    await readyAfterScan(['--package', 'expat', '--package', 'pdlab-web', '--package', 'xz-utils']);
    const deploy = await deck.run('deploy', '--yes');
    expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
    expect(await versionOn(lab, 'lab1', 'libexpat1')).not.toBe(before);
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
    expect(await versionOn(lab, 'lab3', 'libexpat1')).toBe(before);
    expect((await lab.shell('lab3', 'apt-mark showhold')).stdout.trim()).toBe('libexpat1');
  });

  it('a package that is held between test and deploy: the dry run finds it, and nothing is changed', async () => {
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
    const before = await versionOn(lab, 'lab3', 'liblzma5');
    await lab.shell('lab3', 'apt-mark hold pdlab-web');
    const deploy = await deck.run('deploy', 'lab3', '--yes');
    expect(deploy.exit).toBe(3);
    expect(deploy.said).toMatch(/pdlab-web is held|Held packages were changed/);
    expect(deploy.said).toContain('nothing was changed');
    expect(deploy.lines.filter(line => line.type === 'job.started')).toEqual([]);
    expect(await versionOn(lab, 'lab3', 'liblzma5')).toBe(before);
  });

  it('a canary that gets worse: it is taken back, the version blocked, and the rest goes on without it', async () => {
    await lab.install('lab1', 'pdlab-stops-service=1.0');
    await lab.shell('lab1', 'apt-get -q update');
    await scanOnly();
    await deck.run('plan', '--package', 'pdlab-*');
    const test = await deck.run(
      'test',
      '--yes',
      '--undo-regressed',
      '--accept-no-rollback',
      'lab1',
      '--reason',
      'lab',
    );
    expect(test.said).toContain('pdlab-web.service');
    expect(await versionOn(lab, 'lab1', 'pdlab-stops-service')).toBe('1.0');
    const {stdout} = await lab.shell('lab1', 'systemctl is-active pdlab-web.service');
    expect(stdout.trim()).toBe('active');

    const blocked = test.lines.filter(line => line.type === 'version.blocked');
    expect(blocked.map(({data}) => data?.['patch'])).toContain('apt:pdlab-stops-service@2.0');
    expect(test.exit === 0 ? '' : test.said).toBe('');
    const accept = ['lab1', 'lab3', 'lab4'].flatMap(host => ['--accept-no-rollback', host]);
    const deploy = await deck.run(
      'deploy',
      '--yes',
      '--sign-off',
      'tester',
      '--reason',
      'healthy',
      ...accept,
    );
    expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
    expect(await versionOn(lab, 'lab1', 'pdlab-stops-service')).toBe('1.0');
    expect(await versionOn(lab, 'lab3', 'pdlab-newdep')).toBe('2.0');
  });

  it('a dpkg lock that somebody holds: the host is not ready, says who holds it, and nothing is changed', async () => {
    await scanOnly();
    const plan = await deck.run('plan', '--package', 'pdlab-web');
    expect(plan.exit).toBe(0);
    await lab.shell(
      'lab3',
      'systemd-run --quiet --unit=holder python3 -c pass 2>/dev/null; systemd-run --quiet --unit=holder2 flock -x /var/lib/dpkg/lock-frontend sleep 300',
    );
    const test = await deck.run('test', '--yes');
    await lab.shell('lab3', 'systemctl stop holder2.service');
    expect(test.exit).toBe(3);
    expect(test.said).toMatch(/holds dpkg's lock/);
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.0');
  });

  it('somebody patched the host between test and deploy: what is there counts as done, the rest is installed, all of it goes back', async () => {
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
    await lab.shell('lab3', 'DEBIAN_FRONTEND=noninteractive apt-get -q -y install pdlab-web');
    const deploy = await deck.run('deploy', '--yes');
    expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
    const rollback = await deck.run('rollback', 'lab3', '--yes');
    expect(rollback.exit === 0 ? '' : rollback.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.0');
  });

  it('a host that is not what the plan was made for any more: it is stopped before anything is changed', async () => {
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-web', '--package', 'xz-utils']);
    await lab.shell('lab3', 'DEBIAN_FRONTEND=noninteractive apt-get -q -y remove pdlab-web');
    const before = await versionOn(lab, 'lab3', 'liblzma5');
    const deploy = await deck.run('deploy', 'lab3', '--yes');
    expect(deploy.exit).toBe(3);
    expect(deploy.said).toContain(
      'pdlab-web is not installed, the plan was made for 1.0; nothing was changed',
    );
    expect(await versionOn(lab, 'lab3', 'liblzma5')).toBe(before);
  });

  it('a mirror that drops the planned version after the test: the hosts install what was staged', async () => {
    await scanOnly();
    await readyAfterScan(['--package', 'pdlab-web']);
    // To lab3 the mirror is gone as a whole, and with it every version.
    await lab.shell(
      'lab3',
      "sed -i 's/mirror.lab/gone.lab/' /etc/hosts; rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb",
    );
    const deploy = await deck.run('deploy', 'lab3', '--yes');
    expect(deploy.exit === 0 ? '' : deploy.said).toBe('');
    expect(await versionOn(lab, 'lab3', 'pdlab-web')).toBe('1.1');
  });
});
