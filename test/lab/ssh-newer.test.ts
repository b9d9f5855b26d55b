import {readFile} from 'node:fs/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import {defaultDeadlines, type Transport} from '../../src/ssh/session.ts';
import {createTransport} from '../../src/ssh/transport.ts';
import {asker, failure, hostNamed, never, script} from '../ssh/world.ts';
import {extraDeb} from './extra-debs.ts';
import {up, type Lab} from './lab.ts';
import {labPaths} from './paths.ts';

/** What only the newer release of the lab has: an sshd that keeps off who failed to log in, and sudo written anew. */
let lab: Lab;
const transports: Transport[] = [];
beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset('lab4');
});
afterAll(async () => {
  for (const transport of transports) await transport.close();
  await lab.reset('lab4');
});

const way = (): Transport => {
  const transport = createTransport({
    configFile: lab.sshConfigPath,
    identityFiles: [],
    knownHostsFiles: [],
    useAgent: false,
    deadlines: defaultDeadlines,
  });
  transports.push(transport);
  return transport;
};
const lab4 = (changes: Partial<Host> = {}): Host => hostNamed('lab4', changes);
const inside = async (command: string, input: Buffer | string = ''): Promise<string> => {
  const {code, stdout, stderr} = await lab.shell('lab4', command, {input, timeoutMs: 120_000});
  expect({code, stderr: code === 0 ? '' : stderr}).toEqual({code: 0, stderr: ''});
  return stdout;
};

it.concurrent.each([
  ['ssh2', 2201],
  ['system', 2202],
] as const)(
  'PerSourcePenalties are explained when they hit, cost one connection a try, and pass (%s)',
  async (transport, port) => {
    const log = `/root/sshd-${port}`;
    await inside(
      `mkdir -p /run/sshd; /usr/sbin/sshd -p ${port} -E ${log} -o LogLevel=VERBOSE -o PidFile=none -o 'PerSourcePenalties=authfail:15s min:10s'
       until ss -Hltn sport = :${port} | grep -q .; do sleep 0.1; done`,
    );
    const host = lab4({port, transport});
    const {ask} = asker({secret: 'wrong horse'});
    const closed = await failure(way().open({...host, user: 'nobody-here'}, ask, never));
    expect(closed.code).toBe('ssh.authentication');
    // sshd notes it once its part for that login has ended.
    await expect.poll(() => inside(`cat ${log}`), {timeout: 20_000}).toContain('active penalty');
    for (let turn = 1; turn <= 2; turn += 1) {
      const error = await failure(way().open(host, asker().ask, never));
      expect([error.code, error.message, error.next]).toEqual([
        'ssh.refused',
        expect.stringContaining('refuses this machine for a while, after logins that failed'),
        expect.stringContaining('PerSourcePenalties'),
      ]);
      expect((await inside(`cat ${log}`)).match(/drop connection.*penalty/g)).toHaveLength(turn);
    }
    const open = (): Promise<boolean> =>
      way()
        .open(host, asker().ask, never)
        .then(
          session => {
            session.close();
            return true;
          },
          () => false,
        );
    await expect.poll(open, {interval: 2000, timeout: 60_000}).toBe(true);
  },
);

describe('sudo-rs', () => {
  beforeAll(async () => {
    const deb = await extraDeb(labPaths(lab.dir), 'trixie', 'sudo-rs');
    await inside('cat >/root/sudo-rs.deb', await readFile(deb));
    await inside('dpkg -i /root/sudo-rs.deb && ln -s "$(command -v sudo-rs)" /usr/local/bin/sudo');
    expect(await inside('sudo --version 2>&1')).toContain('sudo-rs');
  });

  it('gives root without a password where it wants none', async () => {
    const session = await way().open(lab4(), asker().ask, never);
    const {stdout} = await session.run(script('id -u', true));
    expect(Buffer.from(stdout).toString()).toBe('0\n');
    session.close();
  });

  it.each(['ssh2', 'system'] as const)(
    'gives root for a password, asked for once, and a wrong one is tried once (%s)',
    async transport => {
      await inside('rm -f /etc/sudoers.d/ops');
      const {ask, asked} = asker({secret: 'wrong horse'}, {secret: lab.opsPassword});
      const session = await way().open(lab4({transport}), ask, never);
      const error = await failure(session.run(script('id -u', true)), 'wrong horse');
      expect(error.code).toBe('become.wrong-password');
      for (let turn = 0; turn < 2; turn += 1) {
        const {stdout} = await session.run(script('id -u', true));
        expect(Buffer.from(stdout).toString()).toBe('0\n');
      }
      expect(asked).toMatchObject([{what: 'become-password'}, {what: 'become-password'}]);
      session.close();
    },
  );
});
