import {join} from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {fakeSudo} from '../ssh/fake-sudo.ts';
import {serversForEach} from '../ssh/servers.ts';
import {openWithSudo, right, root, textOf} from '../ssh/sudo-host.ts';
import {realShell, type TestServer} from '../ssh/test-server.ts';
import {asker, hostAt, never, script} from '../ssh/world.ts';

const here = serversForEach();

const serverWith = async (mode: string): Promise<TestServer> => {
  const {env} = await fakeSudo(join(here.world.folder, mode), mode);
  const server = await here.start({exec: realShell(env)});
  return server;
};

test('sudo without a password (NOPASSWD) on a host of a fleet whose other hosts want one: of every byte that it gets, none is of the password that is at hand', async () => {
  const secret = 'right horse';
  const [wants, free] = [await serverWith('password'), await serverWith('nopasswd')];
  await here.world.trust(wants, free);
  const {ask, asked} = asker({secret});
  const transport = here.world.transport();
  const root = script('echo done', true);
  const first = await transport.open(hostAt(wants.port), ask, never);
  await first.run(root);
  expect(wants.received()).toContain(secret);
  const second = await transport.open(hostAt(free.port, {name: 'web2'}), ask, never);
  // The fleet's password is known and was right; early, it would run as a command of root.
  for (let times = 0; times < 3; times++) await second.run(root);
  expect(asked).toHaveLength(1);
  const bytes = free.received();
  // All of it is accounted for: each of the three is the script between its markers, and nothing besides.
  const scripts = bytes.split(/(?=printf '%s\\n' BEGIN-[0-9a-f]{32}; )/);
  expect(scripts).toHaveLength(3);
  for (const sent of scripts)
    expect(sent).toMatch(/^printf '%s\\n' BEGIN-([0-9a-f]{32}); [^]*END-\1 [^]*\n$/);
  for (let from = 0; from + 5 <= secret.length; from++) {
    expect(bytes.includes(secret.slice(from, from + 5))).toBe(false);
  }
  expect(free.commands.join()).not.toContain(secret);
});

describe('with sudo', () => {
  it('that wants no password, no password is asked for and none is ever sent', async () => {
    const {ask, asked} = asker({secret: right});
    const {session, server} = await openWithSudo(here, 'nopasswd', ask);
    expect(textOf((await session.run(root)).stdout)).toBe('done\n');
    expect(asked).toEqual([]);
    const sent = server.received();
    expect(sent).toMatch(/^printf '%s\\n' BEGIN-[0-9a-f]{32}; /);
    expect(sent).not.toContain(right);
  });
});
