import ssh2, {type Client, type ClientChannel} from 'ssh2';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {startFleet, type RunningFleet} from '../../src/demo/fleet-server.ts';
import {loseConnections} from '../../src/demo/power.ts';
import {createShellInput, readCommand} from '../../src/demo/shell-protocol.ts';
import {shellCommand} from '../../src/ssh/become.ts';

let fleet: RunningFleet;

beforeAll(async () => {
  fleet = await startFleet({speed: 100, seed: 3, now: () => Date.now()});
});
afterAll(() => fleet.close());

const portOf = (name: string): number =>
  Number(new RegExp(`^  ${name}: .*port: (\\d+)`, 'm').exec(fleet.inventoryText)?.[1]);

const login = (name: string, options: {username?: string; privateKey?: string} = {}): Promise<Client> =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.once('ready', () => resolve(client)).on('error', reject);
    client.connect({
      host: '127.0.0.1',
      port: portOf(name),
      username: 'ops',
      privateKey: fleet.identity.privateKey,
      ...options,
    });
  });

type Shell = {channel: ClientChannel; code: Promise<unknown>; closed: Promise<void>};

/** Runs a command. What ends it may come in the same packet as its beginning: it is listened for at once. */
const shell = (client: Client, command: string): Promise<Shell> =>
  new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      channel.stderr.resume();
      const code = new Promise(said => channel.once('exit', said));
      const closed = new Promise<void>(done => channel.once('close', () => done()));
      resolve({channel, code, closed});
    });
  });

test('a connection that breaks before the script was sent ends that connection, not the fleet', async () => {
  const host = fleet.hosts.get('api3');
  if (host === undefined) throw new Error('no api3');
  const client = await login('api3');
  const {channel, closed} = await shell(client, shellCommand('sudo', 'abc123', false));
  await new Promise(resolve => channel.once('data', resolve));
  loseConnections(host, Date.now(), 20_000);
  channel.resume();
  await closed;
  await expect(login('api3')).rejects.toThrow();
  (await login('api4')).end();
});

test('another user or another key is not let in', async () => {
  await expect(login('lb1', {username: 'root'})).rejects.toThrow(/authentication/i);
  const {generateKey} = await import('../../src/demo/keys.ts');
  const stranger = generateKey('stranger').privateKey;
  await expect(login('lb1', {privateKey: stranger})).rejects.toThrow(/authentication/i);
});

test('anything but the one command is refused, and a script cut short runs nothing', async () => {
  const client = await login('lb2');
  const refused = await shell(client, 'rm -rf /');
  refused.channel.resume();
  expect(await refused.code).toBe(127);
  await refused.closed;
  const cut = await shell(client, shellCommand('plain', 'abc123', false));
  cut.channel
    .resume()
    .end('printf BEGIN-abc123\n(\n#patchdeck {"verb":"host.reboot","args":{"bootId":"x"}}\n');
  expect(await cut.code).toBe(2);
  await cut.closed;
  client.end();
});

test('the command of each way to a shell is understood, and the script is what stands between its marks', () => {
  for (const become of ['plain', 'sudo', 'doas'] as const)
    expect(readCommand(shellCommand(become, 'a1', false))).toBe('a1');
  const input = createShellInput('a1');
  input.push(Buffer.from("printf '%s\\n' BEGIN-a1\n(\n#patchdeck {}\n) </dev/null\nprintf '\\nEND-a1 "));
  expect(input.script()).toBeUndefined();
  input.push(Buffer.from('%s\\n\' "$?"\n'));
  expect(input.script()).toBe('(\n#patchdeck {}\n) </dev/null');
});
