import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ServerChannel} from 'ssh2';
import {createHost} from '../../src/demo/create-host.ts';
import {advance, type DemoHost} from '../../src/demo/host.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {runScript} from '../../src/demo/run-script.ts';
import {createShellInput, readCommand} from '../../src/demo/shell-protocol.ts';
import {fleet as demoFleet} from '../../src/demo/world/fleet.ts';
import {readScriptHeader} from '../../src/model/script.ts';
import {newKey, startServer, type TestServer} from '../ssh/test-server.ts';
import type {Place} from './program.ts';

/** What is wrong with a host. May be changed while it runs. */
export type Fault = {
  /** What its login shell prints before it does what it was asked. */
  greeting?: string;
  /** sudo asks, and takes this password alone. */
  sudoPassword?: string;
  /** What its answer to a verb becomes. */
  answers?: Record<string, (answer: string) => string>;
  /** Its login shell ends after the greeting. */
  hangsUp?: boolean;
};

/** A simulated host of the demo behind a real SSH server of its own, with faults. */
export type FaultyHost = {
  name: string;
  host: DemoHost;
  fault: Fault;
  server: TestServer;
  /** Verbs it was asked, in order. */
  asked: string[];
  /** Passwords that sudo was given. */
  tries: string[];
  /** Packages as they are now. */
  versions(): Record<string, string>;
};

export type FaultyFleet = {
  hosts: ReadonlyMap<string, FaultyHost>;
  /** Flags that name the inventory and how its hosts are reached. */
  reach: string[];
  inventory: string;
  knownHosts: string;
  get(name: string): FaultyHost;
  /** Writes known_hosts anew; `keyOf` gives another host's key for a name. */
  trust(keyOf?: (name: string) => string): Promise<void>;
  close(): Promise<void>;
};

const speed = 400;

/**
 * Starts hosts of the demo fleet by name. `extra` are lines of the inventory's hosts for names that no server has, and `canaries` those
 * that go first.
 */
export const startFaultyFleet = async (
  place: Place,
  names: readonly string[],
  options: {canaries?: readonly string[]; extra?: readonly string[]; faults?: Record<string, Fault>} = {},
): Promise<FaultyFleet> => {
  const identity = join(place.folder, 'id');
  const knownHosts = join(place.folder, 'known_hosts');
  const config = join(place.folder, 'ssh_config');
  const inventory = join(place.folder, 'fleet.yaml');
  const hosts = new Map<string, FaultyHost>();
  for (const [index, name] of names.entries()) {
    hosts.set(name, await startHost(name, 7 + index, options.faults?.[name] ?? {}));
  }
  const get = (name: string): FaultyHost => {
    const found = hosts.get(name);
    if (found === undefined) throw new Error(`no host ${name}`);
    return found;
  };
  const trust: FaultyFleet['trust'] = async (keyOf = name => get(name).server.keyLines.join()) => {
    const lines = [...hosts.values()].map(({name, server}) => `[127.0.0.1]:${server.port} ${keyOf(name)}\n`);
    await writeFile(knownHosts, lines.join(''));
  };
  await writeFile(identity, newKey().private, {mode: 0o600});
  await trust();
  await writeFile(
    config,
    `Host *\n  IdentityFile ${identity}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${knownHosts}\n  GlobalKnownHostsFile /dev/null\n  ConnectTimeout 3\n`,
  );
  const lines = [...hosts.values()].map(
    ({name, server}, index) =>
      `  ${name}: {address: 127.0.0.1, port: ${server.port}, wave: ${index + 1}, groups: [web], canary: ${String(options.canaries?.includes(name) ?? false)}}`,
  );
  await writeFile(
    inventory,
    [
      'fleet: test',
      'defaults: {user: ops, become: sudo}',
      'groups:',
      '  web: {criticality: high, exposure: internet}',
      'hosts:',
      ...lines,
      ...(options.extra ?? []).map(line => `  ${line}`),
      '',
    ].join('\n'),
  );
  return {
    hosts,
    reach: ['--inventory', inventory, '--ssh-config', config, '--operator', 'tester'],
    inventory,
    knownHosts,
    get,
    trust,
    close: async () => {
      for (const {server} of hosts.values()) await server.close();
    },
  };
};

/** `seed`: another one is another machine. */
const startHost = async (name: string, seed: number, fault: Fault): Promise<FaultyHost> => {
  const spec = demoFleet.find(item => item.name === name);
  if (spec === undefined) throw new Error(`no ${name} in the demo fleet`);
  const host = createHost(spec, {now: Date.now(), speed, random: seededRandom(seed)});
  const asked: string[] = [];
  const tries: string[] = [];
  const server = await startServer({
    exec: (command, channel) => serve(command, channel, {host, fault, asked, tries}),
  });
  return {
    name,
    host,
    fault,
    server,
    asked,
    tries,
    versions: () => {
      advance(host, Date.now());
      return Object.fromEntries([...host.packages].map(([key, item]) => [key, item.version]));
    },
  };
};

type Behind = Pick<FaultyHost, 'host' | 'fault' | 'asked' | 'tries'>;

/** One shell, as sshd, the login shell and sudo of a real host give it. */
const serve = (command: string, channel: ServerChannel, behind: Behind): void => {
  const {fault, tries} = behind;
  const nonce = readCommand(command);
  if (nonce === undefined) return;
  if (fault.greeting !== undefined) {
    channel.write(fault.greeting);
    channel.stderr.write(fault.greeting);
  }
  if (fault.hangsUp === true) {
    channel.exit(1);
    channel.end();
    return;
  }
  const prompt = /-p (PWREQ-\w+:)/.exec(command)?.[1];
  const input = createShellInput(nonce);
  let open = prompt === undefined || fault.sudoPassword === undefined;
  let typed = '';
  let answered = false;
  const ready = (): void => {
    open = true;
    channel.write(`READY-${nonce}\n`);
  };
  channel.on('data', (chunk: Buffer) => {
    if (open) {
      input.push(chunk);
      const script = answered ? undefined : input.script();
      if (script === undefined) return;
      answered = true;
      reply(channel, nonce, script, behind);
      return;
    }
    typed += chunk.toString();
    const [line, ...rest] = typed.split('\n');
    if (rest.length === 0) return;
    typed = rest.join('\n');
    tries.push(line ?? '');
    if (line === fault.sudoPassword) ready();
    else channel.stderr.write(`Sorry, try again.\n${prompt ?? ''}`);
  });
  if (open) ready();
  else channel.stderr.write(prompt ?? '');
};

const reply = (channel: ServerChannel, nonce: string, script: string, behind: Behind): void => {
  const {host, fault, asked} = behind;
  const verb = readScriptHeader(script)?.verb ?? 'none';
  asked.push(verb);
  const {stdout, stderr, code} = runScript(host, script, Date.now());
  const told = fault.answers?.[verb]?.(stdout) ?? stdout;
  channel.write(`BEGIN-${nonce}\n${told}\nEND-${nonce} ${code}\n`);
  if (stderr !== '') channel.stderr.write(stderr);
  channel.exit(0);
  channel.end();
};
