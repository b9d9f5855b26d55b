import {execFile} from 'node:child_process';
import {chmod, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import {baseline} from '../../src/hosts/baseline.ts';
import type {Baseline} from '../../src/model/facts.ts';
import {restartUnits} from '../../src/hosts/restart.ts';
import {printService} from '../../src/hosts/services.ts';
import {insideChecks} from '../../src/hosts/smoke.ts';

/** busybox's shell and programs, no systemctl, and a stub of rc-service that keeps its arguments; `broken` is never started. */
const stub = (calls: string): string =>
  `#!/bin/sh\necho "$*" >> ${calls}\ncase "$*" in 'broken status') exit 3 ;; esac\nexit 0\n`;

const applets = ['sh', 'sed', 'grep', 'sort', 'timeout', 'tail', 'cat', 'awk', 'date', 'df', 'cut'];

/** As OpenRC 0.54 prints it (doc: rc-status.c, FORMAT_INI): what a supervisor keeps says since when, and how often it was begun. */
const status = `hwdrivers =  started
sshd =  started 3 day(s) 04:05:06 (0)
nginx =  crashed
web =  unsupervised
ntpd = failed
chronyd = starting
cron =  stopped
`;

/** As the netstat of busybox 1.35 prints it. */
const listening = `Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
tcp        0      0 :::80                   :::*                    LISTEN
udp        0      0 127.0.0.1:323           0.0.0.0:*
`;

/** Puts a program there that prints this, and fails where it is asked otherwise. */
const plant = async (name: string, asked: string, answer: string): Promise<void> => {
  await writeFile(join(root, name), `#!/bin/sh\n[ "$*" = '${asked}' ] && printf '%s' '${answer}'\n`, {
    mode: 0o755,
  });
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'patchdeck-openrc-'));
  for (const applet of applets) await symlink('/bin/busybox', join(root, applet));
  await writeFile(join(root, 'rc-service'), stub(join(root, 'calls')));
  await chmod(join(root, 'rc-service'), 0o755);
});
afterEach(() => rm(root, {recursive: true}));

const run = (text: string): Promise<{code: number; stdout: string}> =>
  new Promise(resolve => {
    const child = execFile(join(root, 'sh'), ['-s'], {env: {PATH: root}}, (error, stdout) =>
      resolve({code: typeof error?.code === 'number' ? error.code : 0, stdout}),
    );
    child.stdin?.end(text);
  });

describe('services of a host with OpenRC and busybox (doc: OpenRC 0.54)', () => {
  it('are restarted by the names that units have, and those that do not run afterwards are a failure', async () => {
    expect(await run(restartUnits(['sshd.service']).text)).toMatchObject({code: 0});
    const {code, stdout} = await run(restartUnits(['web.service', 'broken.service']).text);
    expect([code, stdout]).toEqual([1, expect.stringContaining('broken.service inactive')]);
    const calls = (await readFile(join(root, 'calls'), 'utf8')).trimEnd().split('\n');
    expect(calls).toEqual([
      ...['sshd restart', 'sshd status', 'web restart', 'web status', 'broken restart', 'broken status'],
    ]);
  });

  it('pass a smoke check when they run', async () => {
    const script = insideChecks.script({units: ['web.service', 'broken.service'], commands: []});
    expect(insideChecks.parse(Buffer.from((await run(script.text)).stdout))).toEqual([
      {check: 'broken.service', what: 'broken.service is inactive', unit: 'broken.service'},
    ]);
  });
});

describe('how a host without systemd is doing', () => {
  const look = async (): Promise<Baseline> =>
    baseline.parse(Buffer.from((await run(baseline.script(undefined).text)).stdout));

  it('is what OpenRC says of its services (doc: OpenRC 0.54), and busybox of sockets and disks', async () => {
    await plant('rc-status', '--format ini --servicelist', status);
    await plant('netstat', '-l -n -t -u', listening);
    const seen = await look();
    expect(seen.failedUnits).toEqual(['nginx.service', 'ntpd.service']);
    expect(seen.activeServices).toEqual(['hwdrivers.service', 'sshd.service']);
    expect(seen.sockets).toEqual(['tcp 0.0.0.0:22', 'tcp :::80', 'udp 127.0.0.1:323']);
    expect([seen.servicesUnknown, seen.socketsUnknown]).toEqual([undefined, undefined]);
    expect(seen.disks.find(({mount}) => mount === '/')?.sizeBytes).toBeGreaterThan(0);
    expect(seen.disks.map(({mount}) => mount)).not.toContain('/dev');
  });

  it('is not known where nobody tells of its services, or of its sockets: not "none failed"', async () => {
    expect(await look()).toMatchObject({
      servicesUnknown: 'neither systemd nor OpenRC (0.48 or later) tells of them',
      socketsUnknown: 'it has neither ss nor netstat',
      failedUnits: [],
      sockets: [],
    });
  });
});

test.each([
  ['0::/rc/sshd', 'sshd.service'],
  ['0::/openrc.sshd', 'sshd.service'],
  ['0::/openrc.sshd/worker', 'sshd.service'],
  ['3:name=openrc:/sshd', 'sshd.service'],
  ['0::/system.slice/ssh.service', 'ssh.service'],
  ['1:name=systemd:/system.slice/ssh.service', 'ssh.service'],
  ['9:name=systemd:/system.slice/ssh.service', 'ssh.service'],
  ['0::/', ''],
  ['0::/user.slice/user-0.slice/session-4.scope', ''],
])('a process in %s is of the service "%s"', async (line, service) => {
  await writeFile(join(root, 'cgroup'), `${line}\n`);
  expect((await run(`${printService} ${join(root, 'cgroup')}`)).stdout.trim()).toBe(service);
});
