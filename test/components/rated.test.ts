import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Findings} from '../../src/model/advisory.ts';
import type {Ranking} from '../../src/model/patch.ts';
import {FakeEngine} from './fake-engine.ts';
import {ended, openssl, perl, scannedShop} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let engine: FakeEngine;
let shown: Shown | undefined;
beforeEach(() => {
  engine = new FakeEngine(() => Date.now());
});
afterEach(() => shown?.unmount());

/** A ranking that rests on feeds. */
const rated = async (chosen = [openssl.id, perl.id]): Promise<Shown> => {
  scannedShop(engine);
  const findings: Findings = {
    v: 1,
    groups: [
      {
        ecosystem: 'Debian:12',
        source: 'openssl',
        installed: '3.0.16-1',
        candidate: '3.0.17-1~deb12u2',
        hosts: ['web01', 'web02', 'db1'],
        findings: [
          {
            cve: 'CVE-2026-1234',
            record: 'CVE-2026-1234',
            state: 'fix-pending',
            fixed: '3.0.17-1~deb12u2',
            severity: 'high',
          },
        ],
      },
    ],
    unknownReleases: [{ecosystem: 'Debian:13', hosts: ['web10']}],
    uncovered: [],
    unjudged: [],
  };
  const ranking: Ranking = {
    v: 1,
    at: new Date(engine.now()).toISOString(),
    inputs: [],
    patches: [
      {
        ...openssl,
        notInstalled: [{host: 'db1', why: 'held'}],
        rating: {
          severity: 'high',
          severityBy: 'the distribution',
          cvss: {cve: 'CVE-2026-1234', score: 9.8, version: '3.1', vector: 'CVSS:3.1/AV:N'},
          epss: null,
          since: null,
          ssvc: {decision: 'act', path: ['exploitation active', 'automatable yes']},
          unknown: ['EPSS: no score yet'],
          age: 'asked 3 h ago',
        },
      },
      perl,
    ],
    findings: engine.keep(findings),
    closing: [{cve: 'CVE-2026-1234', severity: 'high', epss: 0.12}],
    open: [
      {
        cve: 'CVE-2025-7777',
        source: 'zlib',
        state: 'no-fix-yet',
        fixed: null,
        hosts: ['web01', 'db1'],
        hostCount: 1200,
      },
      {
        cve: 'CVE-2025-8888',
        source: 'linux',
        state: 'not-booted',
        fixed: '6.1.1-1',
        severity: 'high',
        hosts: ['db1'],
      },
    ],
    openCount: 2,
    openOn: {
      web01: {open: 1, exploited: 0},
      web02: {open: 0, exploited: 0},
      db1: {open: 2417, exploited: 0},
    },
    uncovered: ['acme is of a third party, no feed covers it: web01'],
  };
  engine.happenAll([
    {type: 'stage.started', data: {stage: 'prioritize'}},
    {type: 'patches.ranked', data: {file: engine.keep(ranking), count: 2}},
    ...(chosen.length === 0
      ? []
      : [{type: 'patches.chosen', data: {patches: chosen, chosen: true}} as const]),
    ended('prioritize'),
  ]);
  shown = await show({engine, now: engine.now, stage: 'prioritize', rows: 40});
  await shown.until('openssl');
  return shown;
};

test('Enter shows how bad and how likely it is, the way to the SSVC decision, and the age of the data', async () => {
  const console = await rated();
  await console.send(keys.enter);
  const frame = (await console.until('SSVC')).replace(/\s+/g, ' ');
  expect(frame).toContain('severity high by the distribution; CVSS 3.1 9.8 (CVE-2026-1234');
  expect(frame).toContain('EPSS unknown; known since: unknown; data asked 3 h ago');
  expect(frame).toContain('act: exploitation active > automatable yes');
});

test('c shows every CVE, the exploited first, with what closes it and where nothing does', async () => {
  const console = await rated();
  await console.send('c');
  await console.until('CLOSED BY');
  const rows = console.rows().filter(row => row.includes('CVE-2'));
  expect(rows[0]).toMatch(/^ > \* CVE-2026-1234 +! kev high +12 % +3 +- +openssl \+1 3\.0\.17-1~deb/);
  expect(rows[1]).toMatch(/CVE-2025-8888 +\^ high +\? +- +1 +linux: fixed, not booted/);
  expect(rows[2]).toMatch(/CVE-2025-7777 +\? unknown +\? +- +1,200 +zlib: no fix yet/);
  await console.send('jj');
  await console.until('zlib on web01, db1 and 1,198 more: no fix yet');
  // Esc goes back to where it was come from.
  await console.send(keys.esc);
  await console.until('DUE');
});

test('in the table of CVEs filter and sort work, and space chooses the patches that close one, with a way back', async () => {
  const console = await rated();
  await console.send('c/is:open\r');
  await console.until('2/3');
  await console.send(' ');
  await console.until('no pending update that can be chosen closes it');
  await console.send(keys.esc);
  await console.until('3 shown');
  await console.send('g ');
  await console.until('2 patches no longer chosen; u takes it back');
  await console.send('g ');
  await console.until('2 patches chosen; u takes it back');
  await console.send('u');
  await console.until('taken back');
  expect(engine.commands.map(command => (command.type === 'choose' ? command.chosen : command))).toEqual([
    false,
    true,
    false,
  ]);
});

test('Enter on a CVE shows every host that has it, what keeps the update back there, and who is unknown', async () => {
  const console = await rated();
  await console.send('c');
  await console.until('CLOSED BY');
  await console.send(keys.enter);
  const frame = await console.until('On 3 hosts');
  expect(frame).toMatch(/\* openssl 3\.0\.17-1~deb12u2 on 3 hosts/);
  expect(frame).toMatch(/db1 +openssl 3\.0\.16-1: update to 3\.0\.17-1~deb12u2, kept back: held/);
  expect(frame).toMatch(/unknown +web02, web10: not scanned, or no records speak of it\. That is not/);
});

test('y shows every host with what its updates close and what stays, unknown where no record speaks of it', async () => {
  const console = await rated();
  await console.send('y');
  await console.until('WEIGHT');
  const row = (host: string): string => console.rows().find(text => text.includes(host)) ?? '';
  // EXPLOITED, FIXES, CHOSEN, OPEN.
  expect(row('db1')).toMatch(/^ +\* db1 +1 +1 +1 +2,417 +exposure not stated, critical/);
  expect(row('web10')).toMatch(/web10 +\? +- +- +\? /);
  await console.send(keys.enter);
  await console.until('Vulnerabilities of');
  await console.until(/! CVE-2026-1234 +high +openssl 3\.0\.16-1/);
});

test('space on a host chooses all that closes something there', async () => {
  const console = await rated([]);
  await console.send('y/db1\r');
  await console.until('1/4');
  await console.send(' ');
  await console.until('2 patches chosen');
  expect(engine.commands).toEqual([{type: 'choose', patches: [openssl.id, perl.id], chosen: true}]);
});
