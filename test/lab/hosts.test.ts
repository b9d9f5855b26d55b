import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {run, type CommandResult} from './command.ts';
import {handouts, type Handouts} from './handouts.ts';
import {openLab, up, type Lab} from './lab.ts';
import {labPaths} from './paths.ts';

let lab: Lab;
let given: Handouts;
/** Tests change lab3 and lab4 only, and give them back as they were. */
const changed = ['lab3', 'lab4'];

beforeAll(async () => {
  lab = await up({hosts: 4});
  // Whatever an earlier suite left on them.
  await lab.reset('lab1', 'lab2', ...changed);
  given = await handouts();
});
afterAll(async () => lab.reset(...changed));

const ssh = async (host: string, command: string, input = ''): Promise<CommandResult> =>
  run('ssh', ['-F', given.sshConfig, '-o', 'ConnectTimeout=3', '-o', 'BatchMode=yes', host, command], {
    input,
    timeoutMs: 60_000,
  });
const inside = async (host: string, command: string): Promise<string> => {
  const {code, stdout, stderr} = await lab.shell(host, command, {timeoutMs: 120_000});
  expect({code, stderr: code === 0 ? '' : `${stdout}${stderr}`}).toEqual({code: 0, stderr: ''});
  return stdout;
};
const health = async (host: string): Promise<string> => {
  const address = given.hosts.find(each => each.name === host)?.address ?? '';
  const answer = await fetch(`http://${address}:8080/health`, {signal: AbortSignal.timeout(2000)}).catch(
    () => undefined,
  );
  return answer === undefined ? 'no answer' : `${answer.status} ${(await answer.text()).trim()}`;
};
const becomes = async (what: () => Promise<string>, wanted: RegExp): Promise<string> => {
  const end = Date.now() + 60_000;
  let seen = await what();
  while (!wanted.test(seen) && Date.now() < end) {
    await delay(200);
    seen = await what();
  }
  expect(seen).toMatch(wanted);
  return seen;
};
const bootId = 'cat /proc/sys/kernel/random/boot_id';
const pending = async (host: string): Promise<string> => inside(host, 'apt-get -s dist-upgrade');

describe('the hosts of the lab', () => {
  it('are there at once when `up` is said again, and go on running', async () => {
    const before = await lab.list();
    const began = performance.now();
    await up({hosts: 4});
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await lab.list()).toEqual(before);
    expect(before.slice(0, 4).map(({name, release, state}) => [name, release, state].join(' '))).toEqual([
      'lab1 bookworm running',
      'lab2 bookworm running',
      'lab3 bookworm running',
      'lab4 trixie running',
    ]);
  });

  it('answer `ops` by SSH with the handouts alone, and each is itself', async () => {
    const seen = new Set<string>();
    for (const {name, release} of given.hosts) {
      const {stdout, stderr} = await ssh(
        name,
        'id -un; hostname; . /etc/os-release; echo $VERSION_CODENAME; systemctl is-system-running; cat /etc/machine-id',
      );
      expect(stderr).toBe('');
      const [user, host, codename, state, machineId = ''] = stdout.split('\n');
      expect([user, host, codename, state]).toEqual(['ops', name, release, 'running']);
      expect(await health(name)).toBe('200 ok, pdlab-web 1.0');
      seen.add(machineId).add(await inside(name, 'cat /etc/ssh/ssh_host_ed25519_key.pub'));
    }
    expect(seen.size).toBe(2 * given.hosts.length);
  });

  it('let `ops` become root without a password, but on lab2 with it', async () => {
    expect((await ssh('lab1', 'sudo -n id -u')).stdout).toBe('0\n');
    expect((await ssh('lab2', 'sudo -n id -u')).stderr).toContain('a password is required');
    const asked = await ssh('lab2', "sudo -k -S -p '' id -u", `${lab.opsPassword}\n`);
    expect(asked.stdout).toBe('0\n');
  });

  it("have real security updates of their release pending, and those of the lab's packages", async () => {
    const bookworm = await pending('lab1');
    expect(bookworm).toMatch(/^Inst libssl3 .*Debian-Security:12\/oldstable-security/m);
    expect(bookworm).toMatch(/^Inst pdlab-web \[1\.0\] \(1\.1 Debian-Security/m);
    expect(bookworm).toMatch(/^Inst pdlab-newdep-lib \(1\.0/m);
    const two = await pending('lab2');
    expect(two).toMatch(/kept back:\s+pdlab-held/);
    expect(two).toMatch(/^Inst pdlab-thirdparty \[1\.0\] \(2\.0 Acme/m);
    const trixie = await pending('lab4');
    expect(trixie).toMatch(/^Inst nginx .*Debian-Security:13\/stable-security/m);
    expect(trixie).toMatch(/^Inst pdlab-reboot \[1\.0\]/m);
  });

  it('find an old version in the archive, in the cache, by packing it again, or nowhere', async () => {
    const fetch = (what: string) => `cd "$(mktemp -d)" && chmod 755 . && apt-get -q download ${what}`;
    await inside('lab3', fetch('pdlab-web=1.0'));
    const version = (await inside('lab3', "dpkg-query -W -f '${Version}' libexpat1")).trim();
    expect((await lab.shell('lab3', fetch(`libexpat1=${version}`))).code).not.toBe(0);
    expect(await inside('lab3', 'ls /var/cache/apt/archives')).toMatch(/^tzdata_.*\.deb$/m);
    const repack = 'cd "$(mktemp -d)" && dpkg-repack';
    await inside('lab4', `${repack} needrestart`);
    expect((await lab.shell('lab3', `${repack} libexpat1`)).code).toBe(127);
    await lab.install('lab4', 'pdlab-no-way-back=1.0');
    expect((await lab.shell('lab4', `${repack} pdlab-no-way-back`)).stderr).toContain('does not appear');
  });

  it('break as the packages that are installed on demand make them', async () => {
    await lab.install('lab4', 'pdlab-postinst-fails=1.0', 'pdlab-stops-service=1.0', 'pdlab-slow=1.0');
    const waiting = await pending('lab4');
    for (const name of ['postinst-fails', 'stops-service', 'slow'])
      expect(waiting).toContain(`Inst pdlab-${name} [1.0] (2.0 `);
    await inside('lab4', 'echo 1 >/etc/pdlab-slow-seconds; apt-get -yq install pdlab-slow');
    await inside('lab4', 'apt-get -yq install pdlab-stops-service');
    expect(await health('lab4')).toBe('no answer');
    const failed = await lab.shell('lab4', 'apt-get -yq install pdlab-postinst-fails');
    expect(failed.code).toBe(100);
    expect(await inside('lab4', 'dpkg --audit')).toContain('pdlab-postinst-fails');
  });

  it('are fresh after `reset`, with the machine-id and the host keys they had', async () => {
    const who = `cat /etc/machine-id; ${bootId}`;
    const [machineId, oldBoot] = (await inside('lab4', `touch /root/mark; ${who}`)).split('\n');
    await lab.cut('lab4');
    const began = performance.now();
    await lab.reset(...changed);
    expect(performance.now() - began).toBeLessThan(15_000);
    const [sameId, newBoot] = (await ssh('lab4', who)).stdout.split('\n');
    expect(sameId).toBe(machineId);
    expect(newBoot).not.toBe(oldBoot);
    expect((await lab.shell('lab4', 'ls /root/mark')).code).toBe(2);
    expect(await inside('lab4', 'dpkg --audit')).toBe('');
    expect(await health('lab4')).toBe('200 ok, pdlab-web 1.0');
  });

  it('come back from a reboot with another boot_id', async () => {
    const before = (await ssh('lab4', bootId)).stdout.trim();
    await ssh('lab4', 'sudo systemctl reboot');
    const after = await becomes(
      async () => (await ssh('lab4', bootId)).stdout,
      new RegExp(`^(?!${before})[0-9a-f-]{36}\n$`),
    );
    expect(after.trim()).not.toBe(before);
    await becomes(async () => health('lab4'), /^200 /);
  });

  it('cannot be reached while they are cut, go on working, and are back when healed', async () => {
    await lab.cut('lab3');
    expect((await lab.list()).find(({name}) => name === 'lab3')).toMatchObject({
      state: 'running',
      network: 'cut',
    });
    expect((await ssh('lab3', 'true')).code).toBe(255);
    expect(await health('lab3')).toBe('no answer');
    expect(await inside('lab3', 'systemctl is-active pdlab-web')).toBe('active\n');
    await lab.heal('lab3');
    await becomes(async () => health('lab3'), /^200 /);
  });
});

describe('the lab', () => {
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  const say = async (env: Record<string, string>, ...args: string[]): Promise<CommandResult> =>
    run(process.execPath, [cli, ...args], {env, timeoutMs: 120_000});

  it('leaves no mount, namespace or process after `down`, even of a host whose keeper was killed', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'patchdeck-lab-'));
    await symlink(labPaths(lab.dir).cache, join(dir, 'cache'));
    const env = {PATCHDECK_LAB_DIR: dir, PATCHDECK_LAB_NETWORK: '233'};
    try {
      const made = await say(env, 'up', '--hosts', '2');
      expect(made.stdout).toContain('10.233.2.2');
      const keeper = (await openLab(dir).list())[0]?.pid;
      expect(keeper).toBeGreaterThan(1);
      if (keeper !== undefined) process.kill(keeper, 'SIGKILL');
    } finally {
      const ended = await say(env, 'down');
      expect(ended.stderr).toContain('no mount, namespace or process of it is left');
    }
    expect((await run('ip', ['netns', 'list'])).stdout).not.toContain('-233');
    expect((await run('ip', ['-o', 'link'])).stdout).not.toContain('-233');
    expect((await run('pgrep', ['-f', dir])).stdout).toBe('');
    expect((await run('findmnt', ['-rn', '-o', 'TARGET'])).stdout).not.toContain(dir);
    await rm(dir, {recursive: true});
  });

  it('names the apt-get line for what is missing, and makes nothing', async () => {
    const refused = await say({PATH: '/nonexistent'}, 'up');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/apt-get install -y .*systemd-container/);
  });
});
