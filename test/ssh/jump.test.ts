import {appendFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import type {Session, Transport} from '../../src/ssh/session.ts';
import {startServer, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, failure, hostNamed, makeWorld, never, script, until, type World} from './world.ts';

let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const server = await startServer(options);
  servers.push(server);
  return server;
};
const config = (): string => join(world.folder, 'config');
/** An ssh_config that names the servers and the way to them. */
const configure = async (
  entries: Record<string, {server: TestServer; jump?: string}>,
  knowAll = true,
): Promise<Transport> => {
  const blocks = Object.entries(entries).map(([name, {server, jump}]) =>
    [
      `Host ${name}`,
      ' HostName 127.0.0.1',
      ` Port ${server.port}`,
      ...(jump === undefined ? [] : [` ProxyJump ${jump}`]),
    ].join('\n'),
  );
  const general = `Host *\n User ops\n IdentityFile ${world.keyFile}\n IdentitiesOnly yes\n UserKnownHostsFile ${world.knownHosts}\n GlobalKnownHostsFile none\n`;
  await writeFile(config(), `${blocks.join('\n')}\n${general}`);
  if (knowAll) await world.trust(...Object.values(entries).map(entry => entry.server));
  return world.transport({configFile: config()});
};
const echo = async (session: Session): Promise<string> =>
  Buffer.from((await session.run(script('echo there'))).stdout).toString();

it('a host behind a jump host is reached, and the jump host runs nothing', async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  const session = await transport.open(hostNamed('web1'), asker().ask, never);
  expect(await echo(session)).toBe('there\n');
  expect([session.hostKey, gate.commands]).toEqual([web.fingerprints[0], []]);
});

it('a host behind a jump host that the inventory states is reached, with and without an ssh_config', async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web}});
  const session = await transport.open(hostNamed('web1', {jump: 'gate'}), asker().ask, never);
  expect(await echo(session)).toBe('there\n');
  expect([gate.commands, session.hostKey]).toEqual([[], web.fingerprints[0]]);
  const plain = world.transport({
    configFile: 'none',
    identityFiles: [world.keyFile],
    knownHostsFiles: [world.knownHosts],
  });
  const host = hostNamed('web1', {
    address: '127.0.0.1',
    port: web.port,
    user: 'ops',
    jump: `ops@127.0.0.1:${gate.port}`,
  });
  expect(await echo(await plain.open(host, asker().ask, never))).toBe('there\n');
});

it("the system's ssh goes over a jump host that the inventory states, in place of what ssh_config has", async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'nowhere'}});
  const host = hostNamed('web1', {jump: 'gate', transport: 'system'});
  expect(await echo(await transport.open(host, asker().ask, never))).toBe('there\n');
});

it('two jump hosts in a row work as one', async () => {
  const [outer, inner, web] = [await start({forward: true}), await start({forward: true}), await start()];
  const transport = await configure({
    outer: {server: outer},
    inner: {server: inner},
    web1: {server: web, jump: 'outer,inner'},
  });
  expect(await echo(await transport.open(hostNamed('web1'), asker().ask, never))).toBe('there\n');
  expect([outer.connections(), inner.connections()]).toEqual([1, 1]);
});

it('twenty hosts share one connection to their jump host, which ends with the last of them', async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  const sessions = await Promise.all(
    Array.from({length: 20}, () => transport.open(hostNamed('web1'), asker().ask, never)),
  );
  expect([gate.connections(), web.connections(), web.peaks.unauthenticated <= 8]).toEqual([1, 20, true]);
  for (const session of sessions.slice(1)) session.close();
  const [last] = sessions;
  expect(last === undefined ? '' : await echo(last)).toBe('there\n');
  expect(gate.open()).toBe(1);
  last?.close();
  await until(() => gate.open() === 0);
});

it('the key of a jump host is asked about by its own name', async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}}, false);
  const {ask, asked} = asker('once', 'refuse');
  const error = await failure(transport.open(hostNamed('web1'), ask, never));
  expect(asked.map(question => question.host)).toEqual(['gate', 'web1']);
  expect(error.code).toBe('ssh.host-key-unknown');
  await until(() => gate.open() === 0);
});

it('a changed key of a jump host blocks the way, naming both', async () => {
  const [gate, other, web] = [await start({forward: true}), await start(), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  await writeFile(world.knownHosts, '');
  await appendFile(world.knownHosts, `[127.0.0.1]:${gate.port} ${other.keyLines[0] ?? ''}\n`);
  const error = await failure(transport.open(hostNamed('web1'), asker('once').ask, never));
  expect(error.code).toBe('ssh.host-key-changed');
  expect(error.message).toMatch(/web1 was not reached, for its jump host: blocked: gate/);
  expect(web.connections()).toBe(0);
});

it('a jump host that forwards nothing is named', async () => {
  const [gate, web] = [await start(), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  const error = await failure(transport.open(hostNamed('web1'), asker().ask, never));
  expect([error.code, error.message]).toEqual(['ssh.unreachable', expect.stringContaining('through gate')]);
});

it('a jump host that was lost is connected again for the next session', async () => {
  const [gate, web] = [await start({forward: true}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  const session = await transport.open(hostNamed('web1'), asker().ask, never);
  gate.cut();
  await until(() => !session.open);
  expect(await echo(await transport.open(hostNamed('web1'), asker().ask, never))).toBe('there\n');
  expect(gate.connections()).toBe(2);
});

it('a jump host that hangs is given up when the operator stops, and others may still wait for it', async () => {
  const [gate, web] = [await start({forward: true, login: () => undefined}), await start()];
  const transport = await configure({gate: {server: gate}, web1: {server: web, jump: 'gate'}});
  const [one, two] = [new AbortController(), new AbortController()];
  const opens = [one, two].map(({signal}) => transport.open(hostNamed('web1'), asker().ask, signal));
  const outcomes = Promise.allSettled(opens);
  await until(() => gate.logins.length > 0);
  one.abort(new Error('stopped one'));
  await expect(opens[0]).rejects.toThrow('stopped one');
  expect(gate.open()).toBe(1);
  two.abort(new Error('stopped two'));
  await expect(opens[1]).rejects.toThrow('stopped two');
  await outcomes;
  await until(() => gate.open() === 0);
});
