import {expect, it} from 'vitest';
import {alpineAdvisories} from '../../src/advisories/alpine-secdb.ts';
import {alpineHost, findingsOn, installed, matched} from './asked-of.ts';

const secdb = (packages: Record<string, Record<string, string[] | null>>) =>
  alpineAdvisories(
    Buffer.from(
      JSON.stringify({
        distroversion: 'v3.17',
        packages: Object.entries(packages).map(([name, secfixes]) => ({pkg: {name, secfixes}})),
      }),
    ),
    {maxBytes: 100_000, maxDepth: 12},
  );
const {advisories} = secdb({
  busybox: {'1.35.0-r29': ['CVE-2022-28391'], '1.35.0-r17': ['CVE-2022-30065'], '0': ['CVE-2021-42373']},
  'linux-lts': {'5.15.80-r0': ['CVE-2022-4139']},
});

it('says whether the candidate mends it, by the order of apk', async () => {
  const packages = [installed('ssl_client', '1.35.0-r9', 'busybox')];
  expect(await findingsOn(alpineHost(packages, {ssl_client: '1.35.0-r18'}), advisories)).toMatchObject([
    {cve: 'CVE-2022-28391', record: 'ALPINE-CVE-2022-28391', state: 'fix-elsewhere', fixed: '1.35.0-r29'},
    {cve: 'CVE-2022-30065', state: 'fix-pending', fixed: '1.35.0-r17'},
  ]);
});

it.each([
  ['5.15.79-0-lts', '5.15.79-r0', ['fix-elsewhere']],
  ['5.15.79-0-lts', '5.15.80-r0', ['not-booted']],
  ['5.15.80-0-lts', '5.15.80-r0', []],
])('judges the running kernel, %s, apart from the installed one, %s', async (running, version, states) => {
  const kernel = {running, newest: null};
  const host = alpineHost([installed('linux-lts', version)], {}, {kernel});
  expect((await findingsOn(host, advisories)).map(({state}) => state)).toEqual(states);
});

it('does not take for clean what is no version by the rules of apk', async () => {
  const host = alpineHost([installed('busybox', '1.35.0.git-abc')], {}, {container: 'docker'});
  const found = await matched([host], advisories);
  expect(found.groups).toEqual([]);
  expect(found.unjudged).toEqual([
    {
      source: 'busybox',
      version: '1.35.0.git-abc',
      why: 'it is no version by the rules of its release',
      hosts: ['a'],
    },
  ]);
});

it('keeps the holes that have no CVE by the name they have, and counts what it cannot read', () => {
  const read = secdb({
    xen: {
      '4.16.1-r0': ['CVE-2022-26356 XSA-397', 'XSA-399'],
      '4.17-beta': ['CVE-2022-1111'],
      '4.18-r0': null,
    },
    zlib: {'1.2.12-r0': ['\u001b]52;c;aGk=\u0007']},
  });
  expect(read.advisories.map(({id, cves}) => [id, cves])).toEqual([
    ['ALPINE-CVE-2022-26356', ['CVE-2022-26356']],
    ['XSA-399', []],
  ]);
  expect(read.unreadable).toBe(2);
});

it('judges edge by the records of edge', async () => {
  const os = {id: 'alpine', version: '3.17.0_alpha20220809', codename: '', name: 'Alpine Linux edge'};
  const host = alpineHost([installed('busybox', '1.35.0-r9')], {}, {os, container: 'docker'});
  expect((await matched([host], advisories)).unknownReleases).toEqual([
    {ecosystem: 'Alpine:edge', hosts: ['a']},
  ]);
});
