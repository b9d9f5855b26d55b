import {readFile, utimes, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import {beyondSsh2} from '../../src/ssh/beyond-ssh2.ts';
import {chooseTransport} from '../../src/ssh/choose-transport.ts';
import {createHostKeys} from '../../src/ssh/host-key.ts';
import {resolveTarget} from '../../src/ssh/resolve.ts';
import {parseSshConfig} from '../../src/ssh/ssh-config.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config-reader.ts';
import type {Target} from '../../src/ssh/target.ts';
import {deadlines, failure, hostAt, hostNamed, makeWorld, type World} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.remove());

const settings = (configFile: string | undefined) => ({
  configFile,
  identityFiles: [],
  knownHostsFiles: [],
  useAgent: false,
  deadlines,
});
const resolve = async (config: string, host: Host): Promise<Target> => {
  const file = join(world.folder, 'config');
  await writeFile(file, config);
  return resolveTarget(host, settings(file), createSshConfigReader());
};

describe('a host is reached as ssh would reach it:', () => {
  it('by its entry in ssh_config', async () => {
    const target = await resolve(
      `Host web1
         HostName 127.0.0.9
         Port 2200
         User deploy
         HostKeyAlias web-one
         IdentityFile ${world.keyFile}
         IdentityFile ~/no-such-key-%h
         IdentitiesOnly yes
         UserKnownHostsFile ~/.patchdeck-test "${world.folder}/known hosts"
         GlobalKnownHostsFile /etc/ssh/other
         HashKnownHosts yes
         StrictHostKeyChecking yes
         ConnectTimeout 3
         GSSAPIAuthentication no
         AddressFamily inet
         HostKeyAlgorithms ssh-ed25519,ssh-rsa`,
      hostNamed('web1'),
    );
    expect(target).toEqual({
      name: 'web1',
      address: '127.0.0.9',
      port: 2200,
      user: 'deploy',
      family: 4,
      localAddress: undefined,
      keyName: 'web-one',
      keyPort: 22,
      hostKeyAlgorithms: ['ssh-ed25519', 'ssh-rsa'],
      knownHostsFiles: [
        `${userInfo().homedir}/.patchdeck-test`,
        `${world.folder}/known hosts`,
        '/etc/ssh/other',
      ],
      rememberIn: `${userInfo().homedir}/.patchdeck-test`,
      hashNames: true,
      strict: true,
      batch: false,
      gssapi: false,
      fallsBack: true,
      methods: ['publickey', 'keyboard-interactive', 'password'],
      identityFiles: [world.keyFile],
      identitiesOnly: true,
      agentSocket: undefined,
      needs: [],
      asked: {name: 'web1', port: undefined, user: undefined, configFile: join(world.folder, 'config')},
      connectMs: 3000,
      jumps: [],
      proxies: [],
    });
  });

  it('by paths whose tokens ssh has expanded already, and those it has not', async () => {
    await writeFile(join(world.folder, 'key-10.0.0.9-%h'), '');
    const target = await resolve(
      `Host web1
         HostName 10.0.0.9
         IdentityFile ${world.folder}/key-%h-%%h
         UserKnownHostsFile ${world.folder}/known-%h-%%h
         GlobalKnownHostsFile ${world.folder}/all-%h`,
      hostNamed('web1'),
    );
    expect([target.identityFiles, target.knownHostsFiles]).toEqual([
      [`${world.folder}/key-10.0.0.9-%h`],
      [`${world.folder}/known-10.0.0.9-%h`, `${world.folder}/all-%h`],
    ]);
  });

  it.each([
    ['', ['publickey', 'keyboard-interactive', 'password']],
    ['PasswordAuthentication no', ['publickey', 'keyboard-interactive']],
    ['KbdInteractiveAuthentication no', ['publickey', 'password']],
    ['ChallengeResponseAuthentication no', ['publickey', 'password']],
    ['PubkeyAuthentication no', ['keyboard-interactive', 'password']],
    ['PreferredAuthentications gssapi-with-mic,password,publickey', ['password', 'publickey']],
    ['BatchMode yes', ['publickey']],
  ])('by the ways to log in that its configuration allows (%s)', async (line, methods) => {
    const target = await resolve(`Host web1\n ${line}`, hostNamed('web1'));
    expect([target.methods, target.strict]).toEqual([methods, line === 'BatchMode yes']);
  });

  it("the inventory's port and user come first", async () => {
    const target = await resolve(
      'Host web1\n Port 2200\n User deploy',
      hostNamed('web1', {port: 22, user: 'ops'}),
    );
    expect([target.port, target.user]).toEqual([22, 'ops']);
  });

  it('a host without an entry has the defaults', async () => {
    const target = await resolve('', hostNamed('db1.example'));
    expect([target.address, target.port, target.user, target.keyName]).toEqual([
      'db1.example',
      22,
      userInfo().username,
      'db1.example',
    ]);
    expect(target.rememberIn).toBe(`${userInfo().homedir}/.ssh/known_hosts`);
    expect(target.connectMs).toBe(deadlines.connectMs);
  });

  it('over jump hosts, each by its own entry', async () => {
    const target = await resolve(
      'Host web1\n ProxyJump first,root@second:2022\nHost first\n HostName 10.0.0.1\n User jumper\n ProxyJump gate\nHost second\n ProxyJump never\n Hostname 10.0.0.2',
      hostNamed('web1'),
    );
    expect(target.jumps.map(jump => `${jump.user}@${jump.address}:${jump.port}`)).toEqual([
      `${userInfo().username}@gate:22`,
      'jumper@10.0.0.1:22',
      'root@10.0.0.2:2022',
    ]);
  });

  it.each([
    ['ssh -W %h:%p gate', 'gate 10.0.0.1 2200'],
    [
      "exec /usr/bin/ssh -q -oBatchMode=yes -W '[%h]:%p' -l jumper other",
      'gate 10.0.0.1 2200, other 10.0.0.2 22',
    ],
    ['ssh -qp 2022 jumper@gate nc %h %p', 'gate 10.0.0.1 2022'],
    ['ssh ssh://jumper@gate:2023 -W %h:%p', 'gate 10.0.0.1 2023'],
    ['ssh -W %h:%p %r-gate', ''],
    ['nc -X connect -x proxy:3128 %h %p', ''],
    ['ssh -W %h:%p web1', ''],
  ])(
    'over the hosts that a ProxyCommand goes through, known by their places (%s)',
    async (command, hosts) => {
      const target = await resolve(
        `Host web1\n ProxyCommand ${command}\nHost gate\n HostName 10.0.0.1\n Port 2200\nHost other\n HostName 10.0.0.2\n ProxyJump gate`,
        hostNamed('web1'),
      );
      expect(target.proxies.map(({name, address, port}) => `${name} ${address} ${port}`).join(', ')).toBe(
        hosts,
      );
      expect(target.jumps).toEqual([]);
    },
  );

  it('over the jump hosts that the inventory states, whatever ssh_config has for it', async () => {
    const config =
      'Host web1\n ProxyCommand nc %h %p\nHost web2\n ProxyJump other\nHost gate\n HostName 10.0.0.1\n User jumper\n';
    for (const name of ['web1', 'web2']) {
      const target = await resolve(config, hostNamed(name, {jump: 'gate,root@[2001:db8::1]:2022'}));
      expect(target.jumps.map(({user, address, port}) => [user, address, port])).toEqual([
        ['jumper', '10.0.0.1', 22],
        ['root', '2001:db8::1', 2022],
      ]);
      expect([target.needs, target.proxies]).toEqual([[], []]);
    }
  });

  it('over a jump host with an IPv6 address', async () => {
    const target = await resolve('Host web1\n ProxyJump [2001:db8::1]:2022', hostNamed('web1'));
    expect(target.jumps.map(jump => `${jump.address} ${jump.port}`)).toEqual(['2001:db8::1 2022']);
  });

  it('with no ssh program at all when that is wanted', async () => {
    const reader = createSshConfigReader({program: '/no/such/ssh'});
    const target = await resolveTarget(
      hostAt(2222),
      {...settings('none'), identityFiles: [world.keyFile, '/no/such/key']},
      reader,
    );
    expect([target.address, target.port, target.user, target.identityFiles]).toEqual([
      '127.0.0.1',
      2222,
      'ops',
      [world.keyFile],
    ]);
  });
});

describe("the system's ssh is chosen for what ssh2 does not have:", () => {
  /** The public half of a security key, as ssh-keygen -t ed25519-sk writes it; the rest is in the device. */
  const securityKey = (): string => {
    const field = (bytes: Uint8Array): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const type = 'sk-ssh-ed25519@openssh.com';
    const parts = [Buffer.from(type), Buffer.alloc(32, 7), Buffer.from('ssh:')].map(field);
    return `${type} ${Buffer.concat(parts).toString('base64')} ops\n`;
  };

  it.each([
    ['IdentityFile FOLDER/sk', 'a security key'],
    ['PKCS11Provider /usr/lib/softhsm/libsofthsm2.so', 'a PKCS#11 token'],
    ['PreferredAuthentications gssapi-with-mic', 'gssapi-with-mic'],
    ['PreferredAuthentications hostbased,gssapi-with-mic', 'hostbased and gssapi-with-mic'],
    ['CertificateFile ~/.ssh/ops-cert.pub', 'a certificate'],
  ])('%s', async (line, what) => {
    await writeFile(join(world.folder, 'sk.pub'), securityKey());
    const host = hostNamed('web1');
    const target = await resolve(`Host web1\n ${line.replace('FOLDER', world.folder)}`, host);
    expect(await chooseTransport(host, target, createHostKeys())).toEqual({
      transport: 'system',
      because: `web1 needs ${what}`,
    });
  });

  it('a security key beside a plain one, or Kerberos, once the plain keys are refused', async () => {
    const key = join(world.folder, 'sk');
    await writeFile(`${key}.pub`, securityKey());
    const lines = ['Host web1', `IdentityFile ${world.keyFile}`, `IdentityFile ${key}`];
    const target = await resolve([...lines, 'GSSAPIAuthentication yes'].join('\n '), hostNamed('web1'));
    expect(target.needs).toEqual([]);
    expect(await beyondSsh2(target, ['publickey', 'password'])).toBe(`the security key ${key}`);
    expect(await beyondSsh2(target, ['gssapi-with-mic', 'password'])).toBe('Kerberos');
    expect(await beyondSsh2({...target, gssapi: false}, ['gssapi-with-mic'])).toBeUndefined();
    expect(await beyondSsh2(target, ['password'])).toBeUndefined();
  });
});

describe('a host is not reached', () => {
  it.each(['-oProxyCommand=touch', '--', 'a b', 'a;b', 'user@host', '$(id)', '`id`', 'a\nb', ''])(
    'when its address is %j: ssh is not even asked',
    async address => {
      const reader = createSshConfigReader({program: '/no/such/ssh'});
      const error = await failure(resolveTarget(hostNamed('web1', {address}), settings(undefined), reader));
      expect([error.code, error.message]).toEqual([
        'ssh.unresolved',
        expect.stringContaining('not a name or address'),
      ]);
    },
  );

  it('by ssh2 over a ProxyCommand, and the remedy is said', async () => {
    const host = hostNamed('web1', {transport: 'ssh2'});
    const target = await resolve('Host web1\n ProxyCommand nc %h %p', host);
    const error = await failure(chooseTransport(host, target, createHostKeys()));
    expect([error.code, error.next]).toEqual(['ssh.unsupported', expect.stringContaining('ProxyJump')]);
  });

  it.each([
    ['RevokedHostKeys /etc/ssh/revoked', 'RevokedHostKeys'],
    ['KnownHostsCommand /bin/true %H', 'a KnownHostsCommand'],
    ['BindInterface lo', 'a BindInterface'],
  ])('by ssh2 where it would not obey %s; the chosen transport does', async (line, what) => {
    const hosts = [hostNamed('web1', {transport: 'ssh2'}), hostNamed('web1')] as const;
    const target = await resolve(`Host web1\n ProxyJump gate\nHost gate\n ${line}`, hosts[0]);
    const error = await failure(chooseTransport(hosts[0], target, createHostKeys()));
    expect([error.code, error.message]).toEqual(['ssh.unsupported', expect.stringContaining(what)]);
    expect(await chooseTransport(hosts[1], target, createHostKeys())).toEqual({
      transport: 'system',
      because: `gate needs ${what}`,
    });
  });

  it('when its jump hosts go in a circle', async () => {
    const error = await failure(resolve('Host a\n ProxyJump b\nHost b\n ProxyJump a', hostNamed('a')));
    expect([error.code, error.message]).toEqual(['ssh.unresolved', expect.stringContaining('circle')]);
  });

  it('when ssh_config is wrong: ssh says where', async () => {
    const error = await failure(resolve('Host web1\n Prot 22', hostNamed('web1')));
    expect([error.code, error.message]).toEqual(['ssh.unresolved', expect.stringMatching(/config/)]);
  });

  it('when there is no ssh program', async () => {
    const reader = createSshConfigReader({program: '/no/such/ssh'});
    expect((await failure(resolveTarget(hostNamed('web1'), settings(undefined), reader))).message).toContain(
      'could not be started',
    );
  });

  it('when ssh hangs', async () => {
    const program = join(world.folder, 'ssh');
    await writeFile(program, '#!/bin/sh\nexec sleep 30\n', {mode: 0o755});
    const reader = createSshConfigReader({program, timeoutMs: 100});
    expect((await failure(resolveTarget(hostNamed('web1'), settings(undefined), reader))).message).toContain(
      'no answer within',
    );
  });
});

it('ssh is asked again only when a file it read has changed, or after a minute', async () => {
  const program = join(world.folder, 'ssh');
  const config = join(world.folder, 'config');
  const calls = join(world.folder, 'calls');
  await writeFile(config, '');
  await writeFile(
    program,
    `#!/bin/sh\necho "$*" >> ${calls}\necho "debug1: Reading configuration data ${config}" >&2\nprintf 'hostname web1\\nport 22\\nuser ops\\n'\n`,
    {mode: 0o755},
  );
  const clock = {now: 0};
  const reader = createSshConfigReader({program, now: () => clock.now});
  const count = async (): Promise<number> => {
    await reader({name: 'web1', port: undefined, user: undefined, configFile: undefined});
    return (await readFile(calls, 'utf8')).trim().split('\n').length;
  };
  // The calls file lies in the folder of a file that ssh read, and changes it once.
  await writeFile(calls, '');
  expect([await count(), await count()]).toEqual([1, 1]);
  await utimes(config, 1, 1);
  expect(await count()).toBe(2);
  clock.now = 61_000;
  expect(await count()).toBe(3);
  expect((await readFile(calls, 'utf8')).split('\n')[0]).toBe('-G -v -- web1');
});

it('the answer of ssh -G is read line by line, keywords that repeat as a list', () => {
  // From OpenSSH 9.2p1 on Debian 12.
  const config = parseSshConfig(
    'hostname 127.0.0.1\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/.ssh/x y\nconnecttimeout none\n\n',
  );
  expect(Object.fromEntries(config)).toEqual({
    hostname: ['127.0.0.1'],
    identityfile: ['~/.ssh/id_rsa', '~/.ssh/x y'],
    connecttimeout: ['none'],
  });
});
