import type {Host} from '../../src/model/host.ts';
import type {Update} from '../../src/model/package.ts';
import type {Scan} from '../../src/model/scan.ts';

/** A host of which only the given is stated. */
export const host = (name: string, stated: Partial<Host> = {}): Host => ({
  name,
  address: name,
  become: 'sudo',
  groups: [],
  canary: false,
  wave: 1,
  oneAtATime: [],
  tags: [],
  smoke: [],
  ...stated,
});

export const update = (name: string, stated: Partial<Update> = {}): Update => ({
  manager: 'apt',
  name,
  arch: 'amd64',
  installed: '1.0-1',
  candidate: '1.0-2',
  source: name,
  sourceVersion: '1.0-2',
  origin: 'Debian-Security:12/oldstable-security',
  security: true,
  ...stated,
});

export const scan = (name: string, updates: Update[]): Scan => ({
  v: 1,
  host: name,
  at: '2026-11-24T03:00:00.000Z',
  facts: {
    os: {id: 'debian', version: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)'},
    arch: 'amd64',
    kernel: {running: '6.1.0-40-amd64', newest: '6.1.0-40-amd64'},
    bootId: 'b',
    machineId: 'm',
    container: null,
    clock: 1_795_489_200,
    timeZone: 'Etc/UTC',
    managers: ['apt'],
    held: [],
    automatic: [],
    broken: [],
    rebootWanted: [],
  },
  managers: ['apt'],
  updates,
  installed: [],
});
