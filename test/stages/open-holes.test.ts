import {expect, test} from 'vitest';
import type {Finding, FindingGroup, Findings} from '../../src/model/advisory.ts';
import {closingHoles, openHoles, type HoleThreat} from '../../src/stages/open-holes.ts';

const finding = (cve: string, more: Partial<Finding> = {}): Finding => ({
  cve,
  record: cve,
  state: 'no-fix-yet',
  fixed: null,
  ...more,
});
const group = (source: string, hosts: string[], findings: Finding[], installed = '1'): FindingGroup => ({
  ecosystem: 'Debian:12',
  source,
  installed,
  candidate: null,
  hosts,
  findings,
});
const found = (...groups: FindingGroup[]): Findings => ({
  v: 1,
  groups,
  unknownReleases: [],
  uncovered: [],
  unjudged: [],
});
const threat = (exploited: string[], epss: Record<string, number>): HoleThreat => ({
  kev: {
    entries: new Map(
      exploited.map(cve => [cve, {since: '2026-01-02', due: '2026-01-23', ransomware: false}]),
    ),
    input: '',
    digest: '',
    stale: undefined,
  },
  epss: {
    scores: new Map(
      Object.entries(epss).map(([cve, probability]) => [cve, {cve, probability, percentile: 0.5}]),
    ),
    missing: undefined,
  },
});
const nothing = threat([], {});

test('what is exploited comes first, then the severe, the likely and what most hosts have', async () => {
  const findings = found(
    group('a', ['h1'], [finding('CVE-1', {severity: 'low'}), finding('CVE-2', {severity: 'critical'})]),
    group('b', ['h1', 'h2'], [finding('CVE-3'), finding('CVE-4', {severity: 'medium'})]),
    group('c', ['h1'], [finding('CVE-5', {severity: 'medium'}), finding('CVE-6', {state: 'fix-pending'})]),
  );
  const {open, openCount} = await openHoles(findings, ['h1', 'h2'], threat(['CVE-1'], {'CVE-5': 0.4}));
  expect(open.map(({cve}) => cve)).toEqual(['CVE-1', 'CVE-2', 'CVE-5', 'CVE-3', 'CVE-4']);
  expect(openCount).toBe(5);
  expect(open[0]).toMatchObject({exploited: {since: '2026-01-02', due: '2026-01-23'}});
  expect(open[0]).not.toHaveProperty('epss');
  expect(open[2]).toMatchObject({epss: 0.4});
});

test('of thousands of holes on thousands of hosts the list has the worst, and every host its whole number', async () => {
  const hosts = Array.from({length: 3000}, (_, i) => `h${i}`);
  const many = Array.from({length: 2500}, (_, i) => finding(`CVE-2026-${1000 + i}`, {severity: 'low'}));
  const {open, openCount, openOn} = await openHoles(
    found(
      group('a', hosts, many),
      group('b', ['h7'], [finding('CVE-2025-1111', {severity: 'negligible', state: 'not-booted'})]),
    ),
    hosts,
    threat(['CVE-2025-1111'], {}),
  );
  expect([open.length, openCount]).toEqual([2000, 2501]);
  expect(open[0]?.cve).toBe('CVE-2025-1111');
  expect(open[1]).toMatchObject({hostCount: 3000, hosts: ['h0', 'h1', 'h2', 'h3', 'h4', 'h5']});
  expect(openOn['h7']).toEqual({open: 2501, exploited: 1});
  expect(openOn['h8']).toEqual({open: 2500, exploited: 0});
  expect(JSON.stringify({open, openOn}).length).toBeLessThan(1_000_000);
});

test('a host that has a package in two versions has its vulnerability once', async () => {
  const findings = found(
    group('a', ['h1', 'h2'], [finding('CVE-1'), finding('CVE-2')], '1'),
    group('a', ['h1'], [finding('CVE-1')], '2'),
  );
  const {open, openOn} = await openHoles(findings, ['h1', 'h2'], nothing);
  expect(open).toMatchObject([
    {cve: 'CVE-1', hostCount: 2, hosts: ['h1', 'h2']},
    {cve: 'CVE-2', hostCount: 2},
  ]);
  expect(openOn).toEqual({h1: {open: 2, exploited: 0}, h2: {open: 2, exploited: 0}});
});

test('a host on which nothing is open has 0, one of which no record speaks is absent', async () => {
  const {openOn} = await openHoles(found(), ['clean'], nothing);
  expect(openOn).toEqual({clean: {open: 0, exploited: 0}});
});

test('what updates close has the worst severity that is told, and no score where there is none', () => {
  const findings = found(
    group('a', ['h1'], [finding('CVE-1', {state: 'fix-pending', severity: 'low'})]),
    group('b', ['h1'], [finding('CVE-1', {state: 'fix-pending', severity: 'high'})]),
    group('c', ['h1'], [finding('CVE-2', {severity: 'high'})]),
  );
  expect(closingHoles(new Set(['CVE-2', 'CVE-1']), findings, threat([], {'CVE-1': 0.2}))).toEqual([
    {cve: 'CVE-1', severity: 'high', epss: 0.2},
    {cve: 'CVE-2'},
  ]);
});
