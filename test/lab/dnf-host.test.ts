import {beforeAll, describe, expect, it} from 'vitest';
import {preflight} from '../../src/hosts/preflight.ts';
import {dnf4} from '../../src/managers/dnf4/dnf4.ts';
import type {Change} from '../../src/model/package.ts';
import type {StepPoint} from '../../src/model/rollback.ts';
import type {Script} from '../../src/model/script.ts';
import {jobsOn, until, type HostJobs} from './host-jobs.ts';
import {up, type Lab} from './lab.ts';

/** Scripts of dnf's manager, run as they are on a host that has it. */
describe('a host with dnf', () => {
  const host = 'lab5';
  const directory = '/var/lib/patchdeck/stage/asked';
  const web: Change = {manager: 'dnf4', name: 'pdrpm-web', arch: 'x86_64', from: '1.0-1', to: '1.1-1'};
  let lab: Lab;
  let on: HostJobs;
  /** What a payload prints and ends with, after these words of a shell: it waits for a lock as often as it does, but not as long. */
  const carryOut = async (
    {text}: Script,
    before = 'sleep() { :; }',
  ): Promise<{code: number | null; stdout: string}> =>
    await lab.shell(host, '/bin/sh -s', {input: `${before}\n${text}`, timeoutMs: 120_000});

  /** What is staged for these changes. */
  const pointFor = async (changes: Change[]): Promise<StepPoint> => {
    expect(await carryOut(dnf4.stage({directory, changes}))).toMatchObject({code: 0});
    const packages = await on.ask(dnf4.staged, {directory});
    const marks = await on.ask(dnf4.marks, undefined);
    return {manager: 'dnf4', directory, ...packages, ...marks, simulated: true, grade: 'full', reasons: []};
  };

  beforeAll(async () => {
    lab = await up({hosts: 5});
    await lab.reset(host);
    await lab.install(host, 'pdrpm-slow', 'pdrpm-stream');
    on = jobsOn(lab, host);
  });

  it('says without root how old its lists are, and that nobody knows where a repository was never looked at', async () => {
    const asked = async (): Promise<number | undefined> => {
      const {stdout} = await lab.shell(host, 'su ops -s /bin/sh', {input: dnf4.lists.script(undefined).text});
      return dnf4.lists.parse(Buffer.from(stdout));
    };
    await on.shell('rm -rf /var/cache/dnf/*');
    expect(await asked()).toBeUndefined();
    const before = Number(await on.shell('date +%s'));
    await on.shell('dnf -q makecache');
    await on.shell("touch -d '2026-01-05 10:00 UTC' /var/cache/dnf/updates-*/repodata/*");
    expect(await asked()).toBe(Date.UTC(2026, 0, 5, 10) / 1000);
    // Also a refresh that finds all as it was.
    expect(await on.ask(dnf4.refresh, undefined)).toEqual({fresh: true, failures: []});
    expect(await asked()).toBeGreaterThanOrEqual(before);
  });

  it('waits for the lock of another dnf, or of rpm, with a limit, says whose it is, and goes round it by no other way', async () => {
    const point = await pointFor([web]);
    await on.shell('cd /root && dnf -q download pdrpm-slow');
    const blocked = async (): Promise<string[]> => (await on.ask(preflight, undefined)).blocked;
    const others = {
      dnf: 'dnf -y upgrade pdrpm-slow',
      rpm: 'rpm --force-debian -U --replacepkgs /root/pdrpm-slow-2.0-1.noarch.rpm',
    };
    for (const [who, work] of Object.entries(others)) {
      await on.shell(`touch /run/pdrpm-slow; systemd-run --quiet --unit=another-${who} ${work}`);
      const holds = new RegExp(`^${who} \\(pid \\d+\\) holds rpm's lock$`);
      await until('the other is at work', async () => (await blocked()).some(what => holds.test(what)));
      const payloads = [dnf4.install({point, changes: [web]}), dnf4.undo({point, changes: [web]})];
      for (const payload of payloads) {
        const {code, stdout} = await carryOut(payload);
        expect({verb: payload.verb, code}).toEqual({verb: payload.verb, code: 75});
        expect(stdout.match(/^patchdeck-waiting \w+ \(pid \d+\) holds the lock$/gm)).toHaveLength(20);
        expect(stdout).toMatch(new RegExp(`^patchdeck-error ${who} .* held the lock for five minutes$`, 'm'));
        expect(stdout).not.toContain('rpm does');
      }
      expect(await on.shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.0-1.x86_64');
      await on.shell('rm /run/pdrpm-slow');
      await until('the other is done', async () => (await blocked()).length === 0);
    }
    expect(await carryOut(dnf4.install({point, changes: [web]}))).toMatchObject({code: 0});
    expect(await on.shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.1-1.x86_64');
    // Where dnf itself is broken, rpm goes back; Debian's wants to be asked twice.
    const library = '/usr/lib/python3/dist-packages/dnf';
    await on.shell(`mv ${library} ${library}.away`);
    const {code, stdout} = await carryOut(
      dnf4.undo({point, changes: [web]}),
      'rpm() { case $1 in -U) command rpm --force-debian "$@" ;; *) command rpm "$@" ;; esac; }',
    );
    await on.shell(`mv ${library}.away ${library}`);
    expect(stdout).toContain('dnf would not go back; rpm does');
    expect(code).toBe(0);
    expect(await on.shell('rpm -q pdrpm-web')).toBe('pdrpm-web-1.0-1.x86_64');
  });

  it('waits for who looks at the repositories meanwhile, as dnf does by itself each hour', async () => {
    const lock = '/var/cache/dnf/metadata_lock.pid';
    const begin = `systemd-run --quiet --unit=holder sleep 600; systemctl show -p MainPID --value holder > ${lock}`;
    const end = 'sleep() { systemctl stop holder; }';
    await on.shell(begin);
    const staged = await carryOut(dnf4.stage({directory, changes: [web]}), end);
    expect(staged.stdout).toMatch(/^patchdeck-waiting sleep \(pid \d+\) holds the lock\n/);
    expect(staged.code).toBe(0);
    await on.shell(begin);
    const {stdout} = await carryOut(dnf4.refresh.script(undefined), end);
    expect(dnf4.refresh.parse(Buffer.from(stdout))).toEqual({fresh: true, failures: []});
  });

  it("takes a previous version from dnf's cache where the archive has moved on, and says when it is gone", async () => {
    const sources = async (): Promise<string[]> => {
      await on.shell(`rm -rf ${directory}`);
      const {previous, gone} = await pointFor([web]);
      return [...previous.map(({source}) => source), ...gone.map(({version}) => `${version} is gone`)];
    };
    await on.shell(
      'dnf -y -q --setopt=keepcache=1 reinstall pdrpm-web; dnf -q config-manager --set-disabled base',
    );
    expect(await sources()).toEqual(['cache']);
    await on.shell('dnf -q clean packages');
    expect(await sources()).toEqual(['1.0-1 is gone']);
    await on.shell('dnf -q config-manager --set-enabled base');
    expect(await sources()).toEqual(['archive']);
  });

  it('takes what a stranger signed where the repository does not ask by whom, and nothing that was changed since', async () => {
    const from = (name: string): Change => ({
      ...{manager: 'dnf4', name, arch: 'noarch', from: '1.0-1', to: '2.0-1'},
    });
    await lab.install(host, 'pdrpm-stranger', 'pdrpm-tampered');
    await on.shell("sed -i 's/^gpgcheck=1/gpgcheck=0/' /etc/yum.repos.d/lab.repo");
    const changes = [from('pdrpm-stranger')];
    expect(await carryOut(dnf4.install({point: await pointFor(changes), changes}))).toMatchObject({code: 0});
    expect(await on.shell('rpm -q pdrpm-stranger')).toBe('pdrpm-stranger-2.0-1.noarch');
    const {code, stdout} = await carryOut(dnf4.stage({directory, changes: [from('pdrpm-tampered')]}));
    expect(code).toBe(1);
    expect(stdout).toContain(
      'patchdeck-error dnf refused: pdrpm-tampered-2.0-1.noarch.rpm is not what it should be (DIGESTS SIGNATURES NOT OK)',
    );
    await on.shell("sed -i 's/^gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/lab.repo");
  });

  it('says of what no advisory names that it is no security fix, but on Rocky, whose advisories are not of all', async () => {
    await lab.install(host, 'pdrpm-unsigned');
    const isSecurity = async (wanted: string): Promise<boolean | null | undefined> =>
      (await on.ask(dnf4.pending, undefined)).find(({name}) => name === wanted)?.security;
    expect(await isSecurity('pdrpm-unsigned')).toBe(false);
    await on.shell('cp -L /etc/os-release /root/debian; sed -i \'s/^ID=.*/ID="rocky"/\' /etc/os-release');
    const there = [await isSecurity('pdrpm-unsigned'), await isSecurity('pdrpm-web')];
    await on.shell('cat /root/debian > /etc/os-release');
    expect(there).toEqual([null, true]);
  });

  it('counts no lists as fresh where dnf does not know an option, of which it only warns, and ends with 0', async () => {
    const lie = await lab.shell(host, 'dnf -q makecache --setopt=exit_on_lok=1');
    expect(lie).toMatchObject({code: 0, stderr: expect.stringContaining('before setopt') as string});
    const {text} = dnf4.refresh.script(undefined);
    const {stdout} = await lab.shell(host, '/bin/sh -s', {
      input: text.replace('exit_on_lock', 'exit_on_lok'),
    });
    expect(dnf4.refresh.parse(Buffer.from(stdout))).toEqual({
      fresh: false,
      failures: [expect.stringContaining('exit_on_lok') as string],
    });
  });

  it('takes what is newer in its own stream of a module, not in another, and goes back to it', async () => {
    const candidate = async (): Promise<string | undefined> =>
      (await on.ask(dnf4.pending, undefined)).find(({name}) => name === 'pdrpm-stream')?.candidate;
    expect(await candidate()).toBeUndefined();
    await on.shell('dnf -y -q module enable pdrpm-stream:1');
    expect(await candidate()).toBe('1.1-1');
    const changes: Change[] = [
      {manager: 'dnf4', name: 'pdrpm-stream', arch: 'noarch', from: '1.0-1', to: '1.1-1'},
    ];
    const wanted = {name: 'pdrpm-stream', arch: 'noarch', version: '1.1-1'};
    expect(await on.ask(dnf4.simulate, [wanted])).toEqual({changes, refused: undefined});
    const point = await pointFor(changes);
    expect(await carryOut(dnf4.install({point, changes}))).toMatchObject({code: 0});
    expect(await on.shell('rpm -q pdrpm-stream')).toBe('pdrpm-stream-1.1-1.noarch');
    expect(await carryOut(dnf4.undo({point, changes}))).toMatchObject({code: 0});
    expect(await on.shell('rpm -q pdrpm-stream; dnf -q module list --enabled pdrpm-stream')).toMatch(
      /^pdrpm-stream-1\.0-1\.noarch\n[^]*^pdrpm-stream +1 \[e\]/m,
    );
    await on.shell('dnf -y -q module reset pdrpm-stream; dnf -y -q module enable pdrpm-stream:2');
    expect(await candidate()).toBe('2.0-1');
  });
});
