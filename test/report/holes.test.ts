import {expect, test} from 'vitest';
import type {Ranking} from '../../src/model/patch.ts';
import {holesWhere} from '../../src/report/holes.ts';
import {matched, debianHost, installed} from '../advisories/asked-of.ts';
import {patch} from '../components/fleet.ts';

const cve = 'CVE-2026-1111';
const record = (id: string, fixed: string | undefined) => ({
  id,
  feed: 'debian' as const,
  ecosystem: 'Debian:12',
  source: 'x',
  cves: [id],
  ranges: [{introduced: '0', ...(fixed === undefined ? {} : {fixed})}],
});
/** `a` is offered the fix of one and keeps it back, `b` is not offered it, `c` is fixed; nobody has fixed the other one. */
const scans = ['a', 'b', 'c'].map((name, i) =>
  debianHost(name, [installed('x', `1.0-${i}`)], i === 0 ? {x: '1.0-2'} : {}),
);
const ranking: Ranking = {
  v: 1,
  at: '2026-11-24T03:00:00.000Z',
  inputs: [],
  patches: [
    patch('x', '1.0-2', {cves: [cve], hosts: ['a'], notInstalled: [{host: 'a', why: 'held'}]}),
    patch('vendor', '4.2', {
      cves: ['CVE-2026-3333'],
      hosts: ['b'],
      exploited: [{cve: 'CVE-2026-3333', since: '2026-01-01', due: '', ransomware: false}],
    }),
  ],
  openOn: {a: {open: 1, exploited: 0}, b: {open: 2, exploited: 0}, c: {open: 1, exploited: 0}},
};
const sources = async () => ({
  ranking,
  findings: await matched(scans, [record(cve, '1.0-2'), record('CVE-2026-2222', undefined)]),
  hosts: ['a', 'b', 'c', 'old', 'silent'],
  scanned: new Set(['a', 'b', 'c', 'old']),
});

test('from a vulnerability to its hosts: where an update closes it, is kept back, or none is offered', async () => {
  const {holes, unknown} = holesWhere(await sources(), {cve});
  expect(holes.map(({host, installed: has, state, fixed}) => [host, has, state, fixed])).toEqual([
    ['a', '1.0-0', 'fix-pending', '1.0-2'],
    ['b', '1.0-1', 'fix-elsewhere', '1.0-2'],
  ]);
  expect(holes.map(({keptBack}) => keptBack)).toEqual(['held', undefined]);
  // Of `old` no record speaks, and `silent` was not scanned: neither is clean.
  expect(unknown).toEqual(['old', 'silent']);
});

test('from a host to its vulnerabilities, the exploited first, also those that only a changelog names', async () => {
  const {holes, unknown} = holesWhere(await sources(), {host: 'b'});
  expect(holes.map(item => [item.cve, item.exploited, item.installed])).toEqual([
    ['CVE-2026-3333', true, null],
    [cve, false, '1.0-1'],
    ['CVE-2026-2222', false, '1.0-1'],
  ]);
  expect(unknown).toEqual([]);
  expect(holesWhere(await sources(), {host: 'c'}).holes.map(item => item.cve)).toEqual(['CVE-2026-2222']);
});

test('without a feed what changelogs say is all there is, and every host is unknown besides', async () => {
  const {holes, unknown} = holesWhere(
    {...(await sources()), ranking: {...ranking, openOn: undefined}, findings: undefined},
    {cve},
  );
  expect(holes).toMatchObject([{host: 'a', cve, installed: null, state: 'fix-pending', fixed: '1.0-2'}]);
  expect(unknown).toEqual(['a', 'b', 'c', 'old', 'silent']);
});
