import type {Host} from '../../src/model/host.ts';
import {patchId, type Patch} from '../../src/model/patch.ts';
import type {Phase} from '../../src/model/phase.ts';
import type {ScanSummary} from '../../src/model/scan.ts';
import type {Body} from '../../src/record/event.ts';
import type {FakeEngine} from './fake-engine.ts';

export const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  address: '10.0.0.11',
  become: 'sudo',
  groups: ['web'],
  canary: false,
  wave: 1,
  oneAtATime: [],
  tags: [],
  smoke: [],
  ...more,
});

export const summary = (more: Partial<ScanSummary> = {}): ScanSummary => ({
  os: 'Debian GNU/Linux 12 (bookworm)',
  kernel: '6.1.0-37-amd64',
  updates: 12,
  security: 5,
  notInstalled: 1,
  held: 0,
  broken: 0,
  rebootWanted: false,
  bootId: 'b',
  machineId: 'm',
  ...more,
});

export const patch = (source: string, version: string, more: Partial<Patch> = {}): Patch => ({
  id: patchId('apt', source, version),
  manager: 'apt',
  source,
  version,
  packages: [source],
  origin: 'Debian-Security:12/oldstable-security',
  security: true,
  hosts: ['web01', 'web02', 'db1'],
  notInstalled: [],
  cves: ['CVE-2026-1234'],
  cveSource: 'changelog',
  exploited: [],
  score: 50,
  why: 'a security fix, 2 face the net',
  missing: ['EPSS'],
  ...more,
});

export const zeros = '0'.repeat(64);
export const planDigest = 'ab'.repeat(32);

/** A run of some hosts, included and not yet asked. */
export const begin = (engine: FakeEngine, hosts: readonly Host[]): void => {
  engine.happenAll([
    {type: 'run.started', data: {run: 'r1', fleet: 'shop-eu', mode: 'live', inventory: zeros}},
    ...hosts.map((one): Body => ({type: 'host.included', data: {host: one}})),
    {type: 'stage.started', data: {stage: 'identify'}},
  ]);
};

export const scanned = (name: string, more: Partial<ScanSummary> = {}, file = zeros): Body => ({
  type: 'host.scanned',
  data: {host: name, file, summary: summary(more)},
});

export const phase = (name: string, to: Phase, note = ''): Body => ({
  type: 'host.phase',
  data: {host: name, phase: to, note},
});

export const ended = (stage: 'identify' | 'prioritize' | 'test' | 'deploy' | 'verify', words = ''): Body => ({
  type: 'stage.ended',
  data: {stage, outcome: 'complete', summary: words},
});

/** The hosts of the small fleet that most tests look at. */
export const shop: readonly Host[] = [
  host('web01', {canary: true, exposure: 'internet', criticality: 'high'}),
  host('web02', {exposure: 'internet'}),
  host('web10', {wave: 2}),
  host('db1', {groups: ['db'], criticality: 'critical', wave: 3, owner: 'dba'}),
];

/** The shop's fleet, scanned: web02 does not answer. */
export const scannedShop = (engine: FakeEngine, hosts = shop): void => {
  begin(engine, hosts);
  engine.happenAll([
    scanned('web01', {rebootWanted: true}),
    scanned('web10', {os: 'Debian GNU/Linux 13 (trixie)', security: 0, updates: 0, notInstalled: 0}),
    scanned('db1', {held: 2}),
    {
      type: 'host.unreachable',
      data: {
        host: 'web02',
        trouble: {
          code: 'ssh.refused',
          what: 'connection refused by 10.0.0.11 port 22',
          next: 'start its sshd, then scan again',
        },
      },
    },
    ended('identify', '3 of 4 hosts answered'),
  ]);
};

export const openssl = patch('openssl', '3.0.17-1~deb12u2', {
  score: 98,
  why: 'exploited, 2 face the net',
  exploited: [{cve: 'CVE-2026-1234', since: '2026-01-02', due: '2026-01-23', ransomware: true}],
});
export const perl = patch('perl', '5.36.0-7+deb12u4', {
  score: 41,
  why: 'CVSS 6.5, internal only',
  security: true,
});
export const agent = patch('acme-agent', '4.2', {
  score: null,
  security: false,
  why: 'no feed covers it',
  cves: [],
  cveSource: 'no changelog: third party',
  notInstalled: [{host: 'db1', why: 'third-party'}],
  hosts: ['db1'],
});

/** Everybody answered (web02 was left out) and three patches are ranked. */
export const rankedShop = (engine: FakeEngine, hosts = shop): void => {
  scannedShop(engine, hosts);
  const file = engine.keep({
    v: 1,
    at: new Date(engine.now()).toISOString(),
    inputs: ['KEV of 2026-01-02'],
    patches: [perl, openssl, agent],
  });
  engine.happenAll([
    {type: 'host.left-out', data: {host: 'web02', reason: 'being repaired'}},
    {type: 'stage.started', data: {stage: 'prioritize'}},
    {type: 'patches.ranked', data: {file, count: 3}},
    ended('prioritize'),
  ]);
};

/** A locked plan for the three hosts that answered, each with a tested way back, not yet signed off. */
export const testedShop = (engine: FakeEngine, hosts = shop): void => {
  rankedShop(engine, hosts);
  const planned = ['web01', 'web10', 'db1'];
  engine.happenAll([
    {type: 'patches.chosen', data: {patches: [openssl.id, perl.id], chosen: true}},
    {
      type: 'plan.locked',
      data: {digest: planDigest, revision: 1, hosts: 3, changes: 9, reboot: 'when-needed', reason: ''},
    },
    ...planned.map((name): Body => ({type: 'host.planned', data: {host: name, planDigest, changes: 3}})),
    {type: 'stage.started', data: {stage: 'test'}},
    ...planned.map((name): Body => ({
      type: 'host.checked',
      data: {host: name, planDigest, ready: true, findings: []},
    })),
    ...planned.map((name): Body => ({
      type: 'host.staged',
      data: {
        host: name,
        planDigest,
        point: zeros,
        grade: name === 'db1' ? 'partial' : 'full',
        why: name === 'db1' ? 'mariadb-server had to be repacked' : 'every old package is in the archive',
      },
    })),
    phase('web01', 'done', '3 packages, healthy'),
    ended('test', '1 canary healthy'),
  ]);
};

/** The deploy is in its second wave. */
export const deployingShop = (engine: FakeEngine): void => {
  testedShop(engine);
  engine.happenAll(
    [
      {type: 'stage.signed-off', data: {stage: 'test', name: 'kim', reason: 'canary healthy'}},
      {type: 'stage.started', data: {stage: 'deploy'}},
      {type: 'wave.started', data: {wave: 2, size: 1, allowed: 0}},
      phase('web10', 'installing'),
    ],
    72_000,
  );
  engine.signal('web10', 'libssl3, 2 of 3', 64);
};
