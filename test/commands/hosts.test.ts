import {createServer, type AddressInfo, type Server} from 'node:net';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {listRuns, readRun} from '../../src/store/run-store.ts';
import {newKey, parse} from '../ssh/test-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, type Ended, type Place} from './program.ts';
import {expectFitForPeople, expectRefusal} from './refusal.ts';

let place: Place;
let fleet: FaultyFleet;
const servers: Server[] = [];
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await fleet.close();
  for (const server of servers.splice(0)) server.close();
  await place.remove();
});

/** A port that takes connections and says what is given, or nothing. */
const listen = async (says = ''): Promise<number> => {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    if (says !== '') socket.write(says);
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
const open = async (
  ...args: Parameters<typeof startFaultyFleet> extends [Place, ...infer Rest] ? Rest : never
): Promise<void> => {
  fleet = await startFaultyFleet(place, ...args);
};
const scan = (...args: string[]): Promise<Ended> => place.run('scan', '--json', ...args, ...fleet.reach);
const plan = async (): Promise<void> => {
  const ended = await place.run('plan', '--package', 'openssl', ...fleet.reach);
  if (ended.exit !== 0) throw new Error(ended.stderr);
};
/** What the run knows of a host. */
const recordOf = async (host: string) => {
  const [run] = await listRuns(place.stateDir);
  const {state} = await readRun(place.stateDir, run?.id ?? '');
  return state.hosts.get(host);
};

describe('a host that cannot be scanned is unknown by name, the others are scanned, and the gate says who is missing', () => {
  const others = async (ended: Ended, silent: string): Promise<void> => {
    expect(ended.stderr).toContain('ok web3: ');
    expect((await recordOf(silent))?.scan).toBeUndefined();
    const refused = await place.run('plan', '--security', '--json', ...fleet.reach);
    expectRefusal(refused, {
      exit: 4,
      code: 'gate.identify',
      says: [new RegExp(`1 host did not answer: ${silent}`), /nothing was done/],
      next: /--leave-out HOST/,
    });
  };

  it('a refused connection', async () => {
    await open(['web3'], {extra: ['web9: {address: 127.0.0.1, port: 9}']});
    const ended = await scan();
    expectRefusal(ended, {
      exit: 3,
      code: 'ssh.refused',
      host: 'web9',
      says: [/web9 \(127\.0\.0\.1:9\) refused the connection; nothing was done there/],
      next: /see whether sshd runs there/,
    });
    await others(ended, 'web9');
  });

  it('a connection that times out', async () => {
    await open(['web3'], {extra: [`web9: {address: 127.0.0.1, port: ${await listen()}}`]});
    const ended = await scan();
    expectRefusal(ended, {
      exit: 3,
      code: 'ssh.timeout',
      host: 'web9',
      says: [/web9 \(127\.0\.0\.1:\d+\): the SSH handshake took longer than 3 s; nothing was done there/],
      next: /see whether the host is up/,
    });
    await others(ended, 'web9');
  });

  it('something else than sshd on its port', async () => {
    const port = await listen('HTTP/1.1 400 Bad Request\r\n\u001b]0;title\u0007\r\n\r\n');
    await open(['web3'], {extra: [`web9: {address: 127.0.0.1, port: ${port}}`]});
    const ended = await scan();
    expectRefusal(ended, {
      exit: 3,
      code: 'ssh.not-ssh',
      host: 'web9',
      says: [/does not speak SSH \(it said "HTTP\/1\.1 400/, /nothing was sent to it/],
      next: /correct address or port/,
    });
  });

  it('an address that DNS does not know', async () => {
    await open(['web3'], {extra: ['web9: {address: no-such-host.invalid}']});
    expectRefusal(await scan(), {
      exit: 3,
      code: 'ssh.unresolved',
      host: 'web9',
      says: [/web9 was not contacted: no-such-host\.invalid has no address in DNS/],
      next: /correct its address/,
    });
  });

  it('a changed host key: blocked, with both fingerprints and the line; no flag takes it, nothing is sent', async () => {
    await open(['web3', 'web4']);
    const other = newKey();
    const key = parse(other.private);
    await fleet.trust(name =>
      name === 'web4'
        ? `${key.type} ${key.getPublicSSH().toString('base64')}`
        : fleet.get(name).server.keyLines.join(),
    );
    const before = await readFile(fleet.knownHosts, 'utf8');
    const shown = fleet.get('web4').server.fingerprints[0] ?? '';
    const ended = await scan('--yes', '--accept-host-key', shown);
    expectRefusal(ended, {
      exit: 3,
      code: 'ssh.host-key-changed',
      host: 'web4',
      says: [
        /blocked: web4/,
        new RegExp(shown.replace(/[+/]/g, '.')),
        /known_hosts:2 has ssh-ed25519 SHA256:/,
        /nothing was sent to it/,
      ],
      next: /find out by another way whether the host was set up anew; only then `ssh-keygen -R/,
    });
    await others(ended, 'web4');
    expect(fleet.get('web4').server.logins).toEqual([]);
    expect(await readFile(fleet.knownHosts, 'utf8')).toBe(before);
  });

  it('a host without a package manager', async () => {
    await open(['web3', 'web4'], {
      faults: {
        web4: {answers: {'host.facts': answer => answer.replace('@@ managers\napt\n', '@@ managers\n')}},
      },
    });
    const ended = await scan();
    expectRefusal(ended, {
      exit: 3,
      code: 'host.no-manager',
      host: 'web4',
      says: [
        /web4 \(Debian GNU\/Linux 12 \(bookworm\)\) has no package manager that patchdeck knows; what is pending on it is unknown/,
      ],
      next: /leave it out of the run by name/,
    });
    await others(ended, 'web4');
    expect(fleet.get('web4').asked).toEqual(['host.facts']);
  });

  it('package lists that cannot be refreshed: what the host says is cleaned', async () => {
    const failed =
      '@@ code\n100\n@@ failures\nE: The repository \u001b[31mhttp://mirror\u202e\u001b]0;x\u0007 is gone\n@@ end\n';
    await open(['web3', 'web4'], {faults: {web4: {answers: {'apt.refresh': () => failed}}}});
    expectRefusal(await scan(), {
      exit: 3,
      code: 'host.stale-lists',
      host: 'web4',
      says: [
        /the package lists of web4 could not be refreshed \(E: The repository http:\/\/mirror is gone\)/,
      ],
      next: /mend its repositories and scan again/,
    });
  });

  it.each([
    ['cut short', (answer: string) => answer.slice(0, answer.length / 2)],
    ['something else', () => 'hello\n'],
    ['nested nonsense', () => `@@ os\n${'['.repeat(100_000)}\n@@ end\n`],
  ])('an answer that is %s is not believed', async (_what, answer) => {
    await open(['web3', 'web4'], {faults: {web4: {answers: {'host.facts': answer}}}});
    const ended = await scan();
    expectRefusal(ended, {
      exit: 3,
      code: 'host.bad-answer',
      host: 'web4',
      says: [/the answer to host\.facts cannot be believed/, /nothing was taken from it/],
      next: /look at the host by hand/,
    });
    await others(ended, 'web4');
  });
});

describe('an unknown host key', () => {
  it('is a gate: --yes does not answer it; nothing is sent and nothing is remembered', async () => {
    await open(['web3']);
    await writeFile(fleet.knownHosts, '');
    expectRefusal(await scan('--yes'), {
      exit: 3,
      code: 'ssh.host-key-unknown',
      host: 'web3',
      says: [
        /the ssh-ed25519 key SHA256:\S{43} of web3 .* is not known and nobody accepted it; nothing was sent to it/,
      ],
      next: /compare the fingerprint.*--accept-host-key FINGERPRINT/,
    });
    expect(fleet.get('web3').server.logins).toEqual([]);
    expect(await readFile(fleet.knownHosts, 'utf8')).toBe('');
  });

  it('is accepted and remembered by its own fingerprint, not by another', async () => {
    await open(['web3']);
    await writeFile(fleet.knownHosts, '');
    const wrong = await scan('--accept-host-key', `SHA256:${'A'.repeat(43)}`);
    expect(wrong.exit).toBe(3);
    const right = await scan('--accept-host-key', fleet.get('web3').server.fingerprints[0] ?? '');
    expect(right.exit).toBe(0);
    expect(await readFile(fleet.knownHosts, 'utf8')).toContain(fleet.get('web3').server.keyLines.join());
  });
});

describe('a wrong sudo password', () => {
  it('is tried once, on one host, and never seen again; the hosts that need none are scanned', async () => {
    await open(['web3', 'web4', 'web5'], {
      faults: {web4: {sudoPassword: 'right horse'}, web5: {sudoPassword: 'right horse'}},
    });
    const file = join(place.folder, 'password');
    await writeFile(file, 'wrong horse\n', {mode: 0o600});
    const ended = await scan('--become-password-file', file);
    const tries = [...fleet.get('web4').tries, ...fleet.get('web5').tries];
    expect(tries).toEqual(['wrong horse']);
    const [tried = '', spared = ''] =
      fleet.get('web4').tries.length > 0 ? ['web4', 'web5'] : ['web5', 'web4'];
    expectRefusal(ended, {
      exit: 3,
      code: 'become.wrong-password',
      host: tried,
      says: [
        new RegExp(
          `sudo on ${tried} refused the password, after one attempt; it is tried on no other host and nothing was done there`,
        ),
      ],
      next: /right password/,
    });
    expectRefusal(ended, {
      exit: 3,
      code: 'become.wrong-password',
      host: spared,
      says: [
        new RegExp(`sudo on ${spared} had been refused before, so it was not tried; nothing was done there`),
      ],
      next: /another password/,
    });
    expect(ended.stderr).toContain('ok web3: ');
    const [run] = await listRuns(place.stateDir);
    const journal = await readFile(join(place.stateDir, 'runs', run?.id ?? '', 'journal.jsonl'), 'utf8');
    expect(ended.stdout + ended.stderr + journal).not.toContain('horse');
  });

  it('and none given at all: nothing is sent, and the flag that gives one is named', async () => {
    await open(['web3'], {faults: {web3: {sudoPassword: 'right horse'}}});
    expectRefusal(await scan('--yes'), {
      exit: 3,
      code: 'become.needed',
      host: 'web3',
      says: [/sudo on web3 asks for a password and none was given; nothing was done there/],
      next: /--become-password-file FILE/,
    });
    expect(fleet.get('web3').tries).toEqual([]);
  });
});

describe('a login shell that prints garbage', () => {
  it('changes nothing: the host is scanned, and none of the garbage is shown', async () => {
    const greeting = '\u001b]0;pwned\u0007Welcome!\n@@ os\nREADY-0000\n\u001b[2Jno newline BEGIN-';
    await open(['web3'], {faults: {web3: {greeting}}});
    const ended = await scan();
    expect(ended.exit).toBe(0);
    expectFitForPeople(ended);
    expect(ended.stdout + ended.stderr).not.toMatch(/pwned|Welcome|no newline/);
    expect((await recordOf('web3'))?.scan?.os).toBe('Debian GNU/Linux 12 (bookworm)');
  });

  it('and never gives a shell: its words are quoted, cleaned', async () => {
    await open(['web3'], {
      faults: {web3: {greeting: 'This account is \u001b[31mclosed\u0007.\n', hangsUp: true}},
    });
    expectRefusal(await scan(), {
      exit: 3,
      code: 'ssh.shell',
      host: 'web3',
      says: [
        /the login shell of web3 ended with code 1 instead of giving a shell \(it said "This account is closed\./,
        /nothing was run there/,
      ],
      next: /usable login shell and quiet start-up files/,
    });
  });
});

describe('escape sequences in what hosts say of packages', () => {
  it('reach neither the terminal nor the JSON, in tables, progress and reports', async () => {
    const evil = 'names the window \u001b]0;pwned\u0007\u001b[31mred\u202e\u200b';
    await open(['web3'], {
      faults: {
        web3: {
          answers: {
            'host.facts': answer => answer.replace('Debian GNU/Linux 12', `Debian ${evil} 12`),
            'apt.changelog': answer => answer.replace(/CVE-/g, `${evil}CVE-`),
            'host.preflight': answer => answer.replace('@@ locks\n', `@@ locks\napt\t${evil} (pid 1)\n`),
          },
        },
      },
    });
    const ended = [
      await scan(),
      await place.run('scan', ...fleet.reach),
      await place.run('plan', '--security', ...fleet.reach),
      await place.run('test', '--yes', '--json', ...fleet.reach),
      await place.run('report'),
      await place.run('report', '--json'),
      await place.run('runs'),
    ];
    expect(ended.map(({exit}) => exit)).toEqual([0, 0, 0, 3, 0, 0, 0]);
    for (const one of ended) expectFitForPeople(one);
    expect(ended[3]?.stderr).toContain('names the window red');
  });
});

describe('a host that is not ready: found before anything is changed, the others are staged', () => {
  const untouched = async (name: string): Promise<void> => {
    expect((await recordOf(name))?.point).toBeUndefined();
    expect(fleet.get(name).host.jobs.size).toBe(0);
    const ended = await place.run('deploy', '--yes', '--json', ...fleet.reach);
    expectRefusal(ended, {
      exit: 4,
      code: 'gate.test',
      says: [/the test did not end well/, /nothing was done/],
      next: /run the test stage/,
    });
  };

  it('no space', async () => {
    await open(['web3', 'web4'], {canaries: ['web3']});
    await scan();
    await plan();
    fleet.get('web4').fault.answers = {
      'host.preflight': answer => answer.replace(/@@ free\n[^@]*/, '@@ free\n2048\t/\n312404\t/boot\n'),
    };
    expectRefusal(await place.run('test', '--yes', '--json', ...fleet.reach), {
      exit: 3,
      code: 'host.not-ready',
      host: 'web4',
      says: [/\/ has 2 MB free, \d+ MB are needed; nothing was changed/],
      next: /mend it on the host, then test again/,
    });
    await untouched('web4');
  });

  it("somebody holds dpkg's lock", async () => {
    await open(['web3', 'web4'], {canaries: ['web3']});
    await scan();
    await plan();
    fleet.get('web4').fault.answers = {
      'host.preflight': answer => answer.replace('@@ locks\n', '@@ locks\napt\tunattended-upgr (pid 812)\n'),
    };
    expectRefusal(await place.run('test', '--yes', '--json', ...fleet.reach), {
      exit: 3,
      code: 'host.not-ready',
      host: 'web4',
      says: [/unattended-upgr \(pid 812\) holds dpkg's lock; nothing was changed/],
      next: /mend it on the host, then test again/,
    });
    await untouched('web4');
  });

  it('a half-installed package', async () => {
    await open(['web3', 'web4'], {canaries: ['web3']});
    await scan();
    await plan();
    fleet.get('web4').fault.answers = {
      'host.preflight': answer => answer.replace('@@ broken\n', '@@ broken\napt\tnginx\n'),
    };
    expectRefusal(await place.run('test', '--yes', '--json', ...fleet.reach), {
      exit: 3,
      code: 'host.not-ready',
      host: 'web4',
      says: [/nginx is half-installed: mend it with dpkg --configure -a first; nothing was changed/],
      next: /mend it on the host/,
    });
    await untouched('web4');
  });
});

describe('a maintainer script that fails', () => {
  it('on the canary: named with its package and version, the others untouched, and the way back is there', async () => {
    await open(['web3', 'web4'], {canaries: ['web3']});
    await scan();
    await place.run('plan', '--package', 'nginx', ...fleet.reach);
    const {host} = fleet.get('web3');
    const others = fleet.get('web4').versions();
    // Its postinst ended with 1: dpkg leaves it half configured.
    const old = host.packages.get('nginx')?.version;
    fleet.get('web3').fault.answers = {
      'apt.installed': answer => {
        const isNew = host.packages.get('nginx')?.version !== old;
        return isNew ? answer.replace(/^(nginx\t.*)\tii $/m, '$1\tiF ') : answer;
      },
    };
    const ended = await place.run('test', '--yes', '--json', ...fleet.reach);
    expectRefusal(ended, {
      exit: 3,
      code: 'host.not-as-planned',
      host: 'web3',
      says: [/nginx \S+ is not configured \(iF\)/],
      next: /see its log; roll it back, or mend it and try again/,
    });
    expect(fleet.get('web4').versions()).toEqual(others);
    const back = await place.run('rollback', 'web3', '--yes', '--json', ...fleet.reach);
    expect(back.exit).toBe(0);
    expect(back.stderr).toContain('1 of 1 hosts proven to be as before');
    expect(jsonLines(back).at(-1)?.type).toBe('result');
  });

  it('and is mended by hand: the host is taken up again where it was, and nothing is installed twice', async () => {
    await open(['api1', 'api2'], {canaries: ['api1']});
    await scan();
    await plan();
    const {fault, host, asked} = fleet.get('api1');
    const old = host.packages.get('openssl')?.version;
    fault.answers = {
      'apt.installed': answer =>
        host.packages.get('openssl')?.version === old
          ? answer
          : answer.replace(/^(openssl\t.*)\tii $/m, '$1\tiF '),
    };
    expect((await place.run('test', '--yes', '--json', ...fleet.reach)).exit).toBe(3);
    const jobs = asked.filter(verb => verb === 'job.start').length;
    fault.answers = {};
    const again = await place.run('test', '--yes', '--retry', '--json', ...fleet.reach);
    expect(again.exit === 0 ? '' : again.stderr).toBe('');
    expect(again.stderr).toContain('ok api1: done');
    // Only what had not run yet: its services were not restarted.
    expect(asked.filter(verb => verb === 'job.start').length - jobs).toBeLessThanOrEqual(1);
  });
});
