import {afterEach, beforeEach, expect, test} from 'vitest';
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
const rated = async (): Promise<Shown> => {
  scannedShop(engine);
  const ranking: Ranking = {
    v: 1,
    at: new Date(engine.now()).toISOString(),
    inputs: [],
    patches: [
      {
        ...openssl,
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
    findings: 'f'.repeat(64),
    open: [
      {cve: 'CVE-2025-7777', source: 'zlib', state: 'no-fix-yet', fixed: null, hosts: ['web01', 'db1']},
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
    openOn: {web01: {open: 1, exploited: 0}, db1: {open: 2, exploited: 0}},
    uncovered: ['acme is of a third party, no feed covers it: web01'],
  };
  engine.happenAll([
    {type: 'stage.started', data: {stage: 'prioritize'}},
    {type: 'patches.ranked', data: {file: engine.keep(ranking), count: 2}},
    {type: 'patches.chosen', data: {patches: [openssl.id], chosen: true}},
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

test('c shows every CVE, what closes it, and what nothing closes', async () => {
  const console = await rated();
  await console.send('c');
  const frame = await console.until('Closed by none');
  expect(frame).toMatch(/\+ +CVE-2026-1234 +openssl.* on .*exploited/);
  expect(frame).toMatch(/CVE-2025-7777 +zlib on web01, db1: no fix yet, severity unknown/);
  expect(frame).toMatch(/CVE-2025-8888 +linux on db1: the fixed kernel is installed: boot it/);
  expect(frame).toContain('acme is of a third party');
});

test('y shows every host with what its updates close and what stays', async () => {
  const console = await rated();
  await console.send('y');
  const frame = await console.until('Each host');
  expect(frame).toMatch(/db1 +\d+ CVEs? closed by updates, \d+ by chosen ones, 2 by none/);
});
