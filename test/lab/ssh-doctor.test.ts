import {writeFile} from 'node:fs/promises';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {walkTo, type Walk} from '../../src/hosts/walk.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import type {Host} from '../../src/model/host.ts';
import {resolveTarget} from '../../src/ssh/resolve.ts';
import {createSshConfigReader} from '../../src/ssh/ssh-config.ts';
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
      'hop',
      'address',
      'port',
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
    ['nobody on the port', () => ({port: 1}), [], 'port'],
    ['a jump host that is not there', () => ({}), [' ProxyJump 127.0.0.1:1'], 'hop'],
    ['a user that nobody knows', () => ({user: 'nobody-here'}), [], 'authentication'],
    ['an account without a shell', world => ({user: world.accounts.nologin.name}), [], 'shell'],
    ['a user whom sudo does not know', world => ({user: world.accounts.outsider.name}), [], 'become'],
    ['a user that is not root and become: none', () => ({become: 'none'}), [], 'become'],
    ['no doas there', () => ({become: 'doas'}), [], 'become'],
  ])('stops at %s, with the remedy', async (_, changes, lines, step) => {
    await here.knowAll(here.sshd);
    const closed = [' PasswordAuthentication no', ' KbdInteractiveAuthentication no'];
    const {stopped} = await walk({...here.host(here.accounts.bash), ...changes(here)}, [...lines, ...closed]);
    expect(stopped?.step).toBe(step);
    expect(stopped?.error instanceof PatchdeckError && stopped.error.next).toMatch(/\w/);
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

const walk = async (host: Host, lines: string[] = [], now: () => number = Date.now): Promise<Walk> => {
  const configFile = await here.configure(lines);
  const settings = {configFile, identityFiles: [], knownHostsFiles: [], useAgent: false, deadlines};
  return walkTo(host, {
    resolve: asked => resolveTarget(asked, settings, createSshConfigReader()),
    transport: here.transport(configFile),
    ask: asker().ask,
    now,
    signal: never,
  });
};
