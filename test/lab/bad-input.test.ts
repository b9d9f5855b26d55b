import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {makePlace, resultOf, type Ended, type Place} from '../commands/program.ts';
import {expectFitForPeople, expectRefusal} from '../commands/refusal.ts';
import {must} from './command.ts';
import {up, type Lab} from './lab.ts';
import {versionOn} from './run-patchdeck.ts';

/** What goes wrong on real hosts before and while they are changed, and what the real program says of it. */
let lab: Lab;
let place: Place;

beforeAll(async () => {
  lab = await up({hosts: 4});
});
beforeEach(async () => {
  place = await makePlace();
  await lab.reset('lab4');
});
afterEach(() => place.remove());
afterAll(() => lab.reset('lab4'));

const reach = (): string[] => [
  '--json',
  '--inventory',
  lab.inventoryPath,
  '--ssh-config',
  lab.sshConfigPath,
  '--operator',
  'tester',
];
const run = (...args: string[]): Promise<Ended> => place.run(...args, ...reach());
const inside = async (host: string, command: string): Promise<string> => {
  const {code, stdout, stderr} = await lab.shell(host, command);
  if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return stdout.trim();
};
const done = async (...args: string[]): Promise<Ended> => {
  const ended = await run(...args);
  expectFitForPeople(ended);
  expect(ended.exit === 0 ? '' : ended.stderr).toBe('');
  return ended;
};
/** Scans lab4 and locks a plan for one package of it. */
const planned = async (...names: string[]): Promise<void> => {
  await done('scan', 'lab4');
  await done('plan', ...names.flatMap(name => ['--package', name]));
};
const outdated = async (...names: string[]): Promise<void> => {
  await lab.install('lab4', ...names.map(name => `${name}=1.0`));
  await inside('lab4', 'apt-get -q update');
};

describe('a password of sudo that is wrong', () => {
  it('is tried exactly once on the one host that wants it, as its own log says; the right one then works', async () => {
    const since = await inside('lab2', 'date +%s');
    const attempts = async (): Promise<string[]> => {
      const log = await inside(
        'lab2',
        `journalctl -q --no-pager -o cat --since=@${since} _COMM=sudo || true`,
      );
      return log.split('\n').filter(line => line.includes('authentication failure'));
    };
    const file = join(place.folder, 'password');
    await writeFile(file, 'wrong horse\n', {mode: 0o600});
    const ended = await run('scan', 'lab1', 'lab2', '--become-password-file', file);
    expectRefusal(ended, {
      exit: 3,
      code: 'become.wrong-password',
      host: 'lab2',
      says: [
        /sudo on lab2 refused the password, after one attempt; it is tried on no other host and nothing was done there/,
      ],
      next: /right password/,
    });
    expect(ended.stderr).toContain('ok lab1: ');
    expect(await attempts()).toHaveLength(1);
    await writeFile(file, `${lab.opsPassword}\n`);
    const right = await run('scan', 'lab2', '--become-password-file', file);
    expect(right.exit).toBe(0);
    expect(await attempts()).toHaveLength(1);
    expect(ended.stdout + ended.stderr + right.stdout + right.stderr).not.toMatch(/horse|lab-ops-password/);
  });
});

describe('what packages ask while they are upgraded is answered by itself', () => {
  it('an edited configuration file is kept, the new one is put beside it, and the package is configured', async () => {
    await outdated('pdlab-conffile');
    await inside('lab4', "echo 'limit = 25' >/etc/pdlab-conffile.conf");
    await planned('pdlab-conffile');
    await done('test', '--yes');
    expect(await versionOn(lab, 'lab4', 'pdlab-conffile')).toBe('2.0');
    expect(await inside('lab4', 'cat /etc/pdlab-conffile.conf')).toBe('limit = 25');
    expect(await inside('lab4', 'cat /etc/pdlab-conffile.conf.dpkg-dist')).toBe('limit = 5\nburst = 2');
    expect(await inside('lab4', 'dpkg --audit')).toBe('');
    const back = await done('rollback', 'lab4', '--yes');
    expect(back.stderr).toContain('1 of 1 hosts proven to be as before');
    expect(await inside('lab4', 'ls /etc/pdlab-conffile.conf*; cat /etc/pdlab-conffile.conf')).toBe(
      '/etc/pdlab-conffile.conf\nlimit = 25',
    );
  });

  it('a question of debconf gets its default, and nothing waits for a person', async () => {
    await outdated('pdlab-prompt');
    await planned('pdlab-prompt');
    await done('test', '--yes');
    expect(await versionOn(lab, 'lab4', 'pdlab-prompt')).toBe('2.0');
    expect(await inside('lab4', 'cat /etc/pdlab-prompt.answer')).toBe('new');
  });
});

describe('escape sequences in descriptions and changelogs of packages', () => {
  it('reach no terminal, no JSON line and no report', async () => {
    await outdated('pdlab-hostile');
    // They are there, or nothing would be proven.
    expect(await inside('lab4', 'apt-cache show pdlab-hostile')).toContain('\u001b]0;names the window\u0007');
    await planned('pdlab-hostile');
    await done('test', '--yes');
    await done('report');
    const plain = await place.run('report');
    expectFitForPeople(plain);
    expect(plain.stdout).toContain('pdlab-hostile');
    expect(plain.stdout).toContain('CVE-2026-10011');
    expect(await versionOn(lab, 'lab4', 'pdlab-hostile')).toBe('2.0');
  });
});

describe('no space', () => {
  it('where packages are unpacked: which file system, how much there is and how much is needed', async () => {
    await planned('nginx');
    const old = await versionOn(lab, 'lab4', 'nginx');
    await inside(
      'lab4',
      // Room for apt's own caches, and for no package.
      'mount -t tmpfs -o size=4m tmpfs /var/cache/apt && mkdir -p /var/cache/apt/archives/partial',
    );
    expectRefusal(await run('test', '--yes'), {
      exit: 3,
      code: 'host.not-ready',
      host: 'lab4',
      says: [/\/var\/cache\/apt has \d MB free, \d+ MB are needed; nothing was changed/],
      next: /mend it on the host, then test again/,
    });
    expect(await versionOn(lab, 'lab4', 'nginx')).toBe(old);
  });

  // The disk is full when the job is to be written, while it downloads, and when all is staged and the install begins.
  it.each(['24k', '36k', '52k'])(
    'that runs out on the way (%s below /var/lib/patchdeck): the disk is named, nothing is changed, and with room it goes on',
    async size => {
      await planned('pdlab-web');
      await inside(
        'lab4',
        `mkdir -p /var/lib/patchdeck && mount -t tmpfs -o size=${size},mode=0700 tmpfs /var/lib/patchdeck`,
      );
      const ended = await run('test', '--yes');
      expectFitForPeople(ended);
      const [problem] = resultOf(ended).problems;
      expect([ended.exit, problem?.host]).toEqual([3, 'lab4']);
      expect(problem?.what).toMatch(
        /(is its disk full\?|\/var\/lib\/patchdeck has \d MB free, \d MB are needed); nothing was changed/,
      );
      expect(await versionOn(lab, 'lab4', 'pdlab-web')).toBe('1.0');
      expect(await inside('lab4', 'dpkg --audit')).toBe('');
      await inside('lab4', 'mount -o remount,size=64m /var/lib/patchdeck');
      await done('test', '--yes', '--retry');
      expect(await versionOn(lab, 'lab4', 'pdlab-web')).toBe('1.1');
    },
  );

  it.each([
    ['for the scan of a host', '32k', /files\//],
    ['for the journal', '8k', /journal\.jsonl/],
  ])(
    'on this machine, %s: the file is named, and with room a scan asks what is true',
    async (_what, size, says) => {
      const small = join(place.folder, 'small');
      await mkdir(small, {mode: 0o700});
      await must('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', small]);
      try {
        const state = ['--state-dir', join(small, 'state')];
        const ended = await run('scan', 'lab1', 'lab4', ...state);
        expectFitForPeople(ended);
        const result = resultOf(ended);
        expect([ended.exit, result.exit]).toEqual([3, 3]);
        expect(result.problems[0]?.what).toMatch(/there is no room left to write .*nothing new is started/);
        expect(result.problems[0]?.what).toMatch(says);
        expect(ended.stderr).toMatch(/make room on that disk/);
        await must('mount', ['-o', 'remount,size=64m', small]);
        const again = await run('scan', 'lab1', 'lab4', ...state);
        expect(again.exit === 0 ? '' : again.stderr).toBe('');
      } finally {
        await must('umount', [small]);
      }
    },
  );
});

describe('a host that cannot be asked', () => {
  const unknown = async (code: string, says: RegExp, next: RegExp): Promise<Ended> => {
    const ended = await run('scan', 'lab1', 'lab4');
    expectRefusal(ended, {exit: 3, code, host: 'lab4', says: [says], next});
    expect(ended.stderr).toContain('ok lab1: ');
    return ended;
  };

  it('without a package manager', async () => {
    await inside('lab4', 'mv /usr/bin/apt-get /usr/bin/apt-get.aside');
    await unknown(
      'host.no-manager',
      /lab4 \(Debian GNU\/Linux 13 \(trixie\)\) has no package manager that patchdeck knows; what is pending on it is unknown/,
      /leave it out/,
    );
  });

  it('with another host key than before: blocked, and sshd there saw no login', async () => {
    await inside(
      'lab4',
      'rm /etc/ssh/ssh_host_*_key*; ssh-keygen -A >/dev/null; systemctl restart ssh; journalctl -q --rotate',
    );
    const since = await inside('lab4', 'date +%s');
    await unknown(
      'ssh.host-key-changed',
      /blocked: lab4 .* but .*known_hosts:\d+ has .* for it; nothing was sent to it/,
      /ssh-keygen -R/,
    );
    const log = await inside('lab4', `journalctl -q --no-pager -o cat --since=@${since} -u ssh || true`);
    expect(log).not.toContain('Accepted');
  });

  it('whose sshd is stopped: refused', async () => {
    await inside('lab4', 'systemctl stop ssh.socket ssh.service 2>/dev/null; systemctl stop ssh.service');
    await unknown(
      'ssh.refused',
      /lab4 \(\S+:22\) refused the connection; nothing was done there/,
      /whether sshd runs/,
    );
  });

  it('whose network is cut: timed out', async () => {
    const config = join(place.folder, 'ssh_config');
    await writeFile(config, `${await readFile(lab.sshConfigPath, 'utf8')}\n  ConnectTimeout 3\n`);
    await lab.cut('lab4');
    try {
      const ended = await place.run(
        'scan',
        'lab1',
        'lab4',
        '--json',
        '--inventory',
        lab.inventoryPath,
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
      await lab.heal('lab4');
    }
  });

  it('whose login shell prints garbage is scanned and upgraded all the same, and none of it is shown', async () => {
    const noise = `echo 'Welcome to lab4'; printf 'no newline @@ os'; echo READY-0000; printf '\\033]0;title\\007' ; echo 'oops' >&2`;
    await inside(
      'lab4',
      `usermod -s /bin/bash ops; printf '%s\\n' "${noise.replaceAll('\\', '\\\\')}" >~ops/.bashrc; chown ops: ~ops/.bashrc`,
    );
    await planned('pdlab-web');
    const ended = await done('test', '--yes');
    expect(ended.stdout + ended.stderr).not.toMatch(/Welcome|oops|title/);
    expect(await versionOn(lab, 'lab4', 'pdlab-web')).toBe('1.1');
  });
});

describe('two consoles', () => {
  it('the second exits with 5 and names who is at it; the first upgrades its host to the end', async () => {
    await outdated('pdlab-slow');
    await inside('lab4', 'echo 6 >/etc/pdlab-slow-seconds');
    await planned('pdlab-slow');
    const first = place.start(['test', '--yes', ...reach()]);
    await first.says(/lab4: installing/);
    const second = await run('deploy', '--yes');
    expectRefusal(second, {
      exit: 5,
      code: 'run.held',
      says: [
        new RegExp(`is held by \\S+ at \\S+ \\(process ${first.child.pid ?? 0}`),
        /nothing was opened or changed/,
      ],
      next: /hosts at work go on by themselves/,
    });
    const ended = await first.ended;
    expect(ended.exit === 0 ? '' : ended.stderr).toBe('');
    expect(await versionOn(lab, 'lab4', 'pdlab-slow')).toBe('2.0');
  });
});
