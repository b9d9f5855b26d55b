import {writeFile} from 'node:fs/promises';
import {createServer, type Socket} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {walkTo, type Walk} from '../../src/hosts/walk.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import {createManagers, type Managers} from '../../src/managers/registry.ts';
import type {Host} from '../../src/model/host.ts';
import {resolveTarget} from '../../src/ssh/resolve.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config-reader.ts';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {asker, deadlines, never} from '../ssh/world.ts';

let here: RealWorld;
beforeAll(async () => {
  here = await makeRealWorld();
}, 60_000);
afterAll(() => here.remove(), 60_000);

describe('doctor HOST', () => {
  it('walks every step of a host that is well', async () => {
    await here.knowAll(here.sshd);
    const found = await walk(here.host(here.accounts.bash));
    expect(found.stopped).toBeUndefined();
    expect(found.passed.map(({step}) => step)).toEqual([
      'name',
      'address',
      'port',
      'hop',
      'key exchange',
      'host key',
      'authentication',
      'shell',
      'become',
      'package manager',
      'clock',
    ]);
  });

  it.each<[string, (world: RealWorld) => Partial<Host>, string[], string]>([
    ['a name that ssh cannot be asked about', () => ({address: 'a b'}), [], 'name'],
    ['a name without an address', () => ({address: 'nobody.invalid'}), [], 'address'],
    ['nobody on the port', () => ({port: 1}), [], 'port'],
    ['a jump host that is not there', () => ({}), [' ProxyJump 127.0.0.1:1'], 'hop'],
    ['a user that nobody knows', () => ({user: 'nobody-here'}), [], 'authentication'],
    ['an account without a shell', world => ({user: world.accounts.nologin.name}), [], 'shell'],
    ['a user whom sudo does not know', world => ({user: world.accounts.outsider.name}), [], 'become'],
    ['no doas there', () => ({become: 'doas'}), [], 'become'],
  ])('stops at %s, with the remedy', async (_, changes, lines, step) => {
    await here.knowAll(here.sshd);
    const closed = [' PasswordAuthentication no', ' KbdInteractiveAuthentication no'];
    const {stopped} = await walk({...here.host(here.accounts.bash), ...changes(here)}, [...lines, ...closed]);
    expect(stopped?.step).toBe(step);
    expect(stopped?.error instanceof PatchdeckError && stopped.error.next).toMatch(/\w/);
  });

  it.each(['ssh2', 'system'] as const)('says of all that was good before, over %s', async transport => {
    await here.knowAll(here.sshd);
    const closed = [' PasswordAuthentication no', ' KbdInteractiveAuthentication no'];
    const refused = await walk(here.host(here.accounts.bash, {user: 'nobody-here', transport}), closed);
    expect(refused.passed.map(({step}) => step)).toEqual([
      ...['name', 'address', 'port', 'hop', 'key exchange', 'host key'],
    ]);
    expect(refused.passed.at(-1)?.says).toMatch(/^SHA256:/);
  });

  it('tells a jump host that is passed from a host behind it that does not listen', async () => {
    await here.knowAll(here.sshd);
    const behind = await walk(here.host(here.accounts.bash, {port: 1}), [
      ` ProxyJump ${here.accounts.dash.name}@127.0.0.1:${here.sshd.port}`,
    ]);
    expect([behind.passed.map(({step}) => step), behind.stopped?.step]).toEqual([
      ['name', 'hop', 'address'],
      'port',
    ]);
  });

  it('calls a login that takes too long, or that the host ends, a matter of the login', async () => {
    const callers = new Set<Socket>();
    const silent = createServer(caller => callers.add(caller));
    const socket = join(here.folder, 'silent-agent');
    await new Promise<void>(resolve => silent.listen(socket, resolve));
    const short = await here.start(`${here.key}.pub`, 'LoginGraceTime 1');
    await here.knowAll(here.sshd, short);
    const lines = [` IdentityAgent ${socket}`];
    const late = await walk(here.host(here.accounts.bash), [...lines, ' ConnectTimeout 1']);
    expect([late.stopped?.step, errorCode(late)]).toEqual(['authentication', 'ssh.timeout']);
    const ended = await walk(here.host(here.accounts.bash, {port: short.port}), lines);
    expect([ended.stopped?.step, errorCode(ended)]).toEqual(['authentication', 'ssh.closed']);
    silent.close();
    for (const caller of callers) caller.destroy();
  });

  it('goes on without root where the inventory says become: none, and says what cannot be seen', async () => {
    await here.knowAll(here.sshd);
    const found = await walk(here.host(here.accounts.outsider, {become: 'none'}));
    expect(found.stopped).toBeUndefined();
    const {step, says} = found.passed.find(passed => passed.step === 'become') ?? {};
    expect([step, says]).toEqual([
      'become',
      expect.stringMatching(/only root .* not seen.*nothing can be installed/),
    ]);
    expect(found.passed.at(-1)?.step).toBe('clock');
  });

  it('says of root that it is root already, and stops where nothing could be patched', async () => {
    const local = here.host(here.accounts.bash, {transport: 'local'});
    const found = await walk(local);
    expect(found.passed.find(({step}) => step === 'become')?.says).toBe('root already');
    const other = await walk(local, [], Date.now, {on: () => []});
    expect([other.stopped?.step, errorCode(other)]).toEqual(['package manager', 'host.no-manager']);
  });

  it('stops at a host key that nobody knows, at an exchange that has nothing in common, and at a clock that is off', async () => {
    await writeFile(here.known, '');
    expect((await walk(here.host(here.accounts.bash))).stopped?.step).toBe('host key');
    const odd = await here.start(`${here.key}.pub`, 'KexAlgorithms sntrup761x25519-sha512@openssh.com');
    await here.knowAll(here.sshd, odd);
    const forced = here.host(here.accounts.bash, {port: odd.port, transport: 'ssh2'});
    expect((await walk(forced)).stopped?.step).toBe('key exchange');
    const later = await walk(here.host(here.accounts.bash), [], () => Date.now() + 3_600_000);
    expect([later.stopped?.step, String(later.stopped?.error)]).toEqual([
      'clock',
      expect.stringContaining('behind'),
    ]);
  });
});

const errorCode = ({stopped}: Walk): string | undefined =>
  stopped?.error instanceof PatchdeckError ? stopped.error.code : undefined;

const walk = async (
  host: Host,
  lines: string[] = [],
  now: () => number = Date.now,
  managers: Pick<Managers, 'on'> = createManagers(),
): Promise<Walk> => {
  const configFile = await here.configure(lines);
  const settings = {configFile, identityFiles: [], knownHostsFiles: [], useAgent: true, deadlines};
  return walkTo(host, {
    resolve: asked => resolveTarget(asked, settings, createSshConfigReader()),
    transport: here.transport(configFile, true),
    managers,
    ask: asker().ask,
    now,
    signal: never,
  });
};
