import fc from 'fast-check';
import {parse} from 'csv-parse/sync';
import {PackageURL} from 'packageurl-js';
import {expect, it} from 'vitest';
import {z} from 'zod';
import type {Scan} from '../../src/model/scan.ts';
import {answer, installedOn, readQuestion} from '../../src/report/software.ts';
import {softwareCsv} from '../../src/report/software-csv.ts';
import {packageUrl, softwareCycloneDx} from '../../src/report/software-cyclonedx.ts';

const scan = (host: string, installed: Scan['installed'], facts: Partial<Scan['facts']> = {}): Scan => ({
  v: 1,
  host,
  at: '2026-11-24T03:00:00.000Z',
  managers: ['apt'],
  updates: [],
  installed,
  facts: {
    os: {id: 'debian', version: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)'},
    arch: 'amd64',
    kernel: {running: '6.1.0', newest: null},
    bootId: 'b',
    machineId: 'm',
    container: null,
    clock: 0,
    timeZone: 'UTC',
    managers: ['apt'],
    held: [],
    automatic: [],
    broken: [],
    rebootWanted: [],
    ...facts,
  },
});
const item = (name: string, version: string, source = name, status = 'ii'): Scan['installed'][number] => ({
  manager: 'apt',
  name,
  arch: 'amd64',
  version,
  source,
  sourceVersion: version,
  status,
});
const byDnf = (each: Scan['installed'][number]): Scan['installed'][number] => ({...each, manager: 'dnf4'});
const rocky: Partial<Scan['facts']> = {
  os: {id: 'rocky', version: '9.4', codename: '', name: 'Rocky Linux 9.4'},
  managers: ['dnf4'],
};
const alpine: Partial<Scan['facts']> = {
  os: {id: 'alpine', version: '3.20.3', codename: '', name: 'Alpine Linux v3.20'},
  managers: ['apk'],
};
const rhel: Partial<Scan['facts']> = {
  os: {id: 'rhel', version: '9.4', codename: '', name: 'Red Hat Enterprise Linux 9.4 (Plow)'},
  managers: ['dnf4'],
};
const byApk = (each: Scan['installed'][number]): Scan['installed'][number] => ({...each, manager: 'apk'});
const rows = installedOn([
  scan('web2', [item('libssl3', '3.0.20-1~deb12u1', 'openssl'), item('zlib1g', '1:1.2.13.dfsg-1', 'zlib')]),
  scan('web1', [item('openssl', '3.0.17-1~deb12u2'), item('old', '1-1', 'old', 'rc')]),
  scan('db1', [item('openssl', '1:3.0.7-27.el9_5'), item('demo', '1.0^git1-1')].map(byDnf), rocky),
]);
const who = (...words: string[]): string[] => {
  const question = readQuestion(words);
  return question === undefined ? [] : answer(rows, question).map(row => `${row.host}:${row.name}`);
};

it('says who has a version, by package or by source, whatever its revision and epoch', () => {
  expect(who('openssl', '3.0.20')).toEqual(['web2:libssl3']);
  expect(who('openssl 3.0.20')).toEqual(['web2:libssl3']);
  expect(who('libssl3=3.0.20')).toEqual(['web2:libssl3']);
  expect(who('openssl')).toEqual(['db1:openssl', 'web1:openssl', 'web2:libssl3']);
  expect(who('zlib1g=1.2.13.dfsg')).toEqual(['web2:zlib1g']);
  expect(who('nothing')).toEqual([]);
});

it('compares with the order of the host that has it', () => {
  expect(who('openssl<3.0.20')).toEqual(['db1:openssl', 'web1:openssl']);
  expect(who('openssl >= 3.0.20')).toEqual(['web2:libssl3']);
  expect(who('openssl', '>=3.0.20-1')).toEqual(['db1:openssl']);
  expect(who('openssl>3.0.20')).toEqual([]);
  // rpm: 1.0^git1 is newer than 1.0 and older than 1.0.1; dpkg would have it the other way.
  expect(who('demo>1.0')).toEqual(['db1:demo']);
  expect(who('demo<1.0.1')).toEqual(['db1:demo']);
});

it("compares Alpine's versions in Alpine's order, and an own updater's for equality alone", () => {
  const there = installedOn([
    scan('edge', [item('openssl', '3.3.2_rc1-r0'), item('curl', '8.9.1-r10')].map(byApk), alpine),
    scan('shop', [{...item('openssl', '3'), manager: 'custom/shop'}]),
  ]);
  const whoHas = (text: string): string[] => {
    const question = readQuestion([text]);
    return question === undefined ? [] : answer(there, question).map(row => `${row.host}:${row.name}`);
  };
  expect(whoHas('openssl<3.3.2')).toEqual(['edge:openssl']);
  expect(whoHas('curl>8.9.1-r9')).toEqual(['edge:curl']);
  expect(whoHas('curl 8.9.1')).toEqual(['edge:curl']);
  expect(whoHas('openssl 3')).toEqual(['shop:openssl']);
});

it('finds names with marks of a glob in them, as they are', () => {
  const there = installedOn([
    scan('h', [item('libstdc++6', '12.2.0-14', 'gcc-12'), item('g++', '4:12.2.0-3')]),
  ]);
  const question = readQuestion(['libstdc++6']);
  expect(question && answer(there, question).map(({name}) => name)).toEqual(['libstdc++6']);
  const other = readQuestion(['g++', '12.2.0']);
  expect(other && answer(there, other).map(({name}) => name)).toEqual(['g++']);
});

it('takes globs, and what was removed is not installed', () => {
  expect(who('lib*')).toEqual(['web2:libssl3']);
  expect(who('old')).toEqual([]);
});

it.each([['=1'], ['a=b=c'], ['openssl <'], ['a b c']])('refuses %s, which names nothing', text => {
  expect(() => readQuestion([text])).toThrow(/does not name software; nothing was looked for/);
});

it('writes CSV that reads back as it was, and no formula', () => {
  const hostile = installedOn([scan('h', [item('a', '1', '=HYPERLINK("http://x")')])]);
  const [, line] = softwareCsv(hostile).split('\n');
  expect(line).toContain(`"'=HYPERLINK(""http://x"")"`);
  fc.assert(
    fc.property(fc.string(), source => {
      const text = softwareCsv(installedOn([scan('h', [item('a', '1', source)])]));
      const [row] = z.array(z.record(z.string(), z.string())).parse(parse(text, {columns: true}));
      expect(row?.['source']).not.toMatch(/^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/);
    }),
  );
});

it('names packages by their package URL', () => {
  const urls = rows.map(packageUrl);
  expect(urls).toContain('pkg:deb/debian/libssl3@3.0.20-1~deb12u1?arch=amd64&distro=debian-12');
  expect(urls).toContain('pkg:rpm/rocky/openssl@3.0.7-27.el9_5?arch=amd64&distro=rocky-9.4&epoch=1');
  const own = {...item('shop', '2.0'), manager: 'custom/shop'} as const;
  expect(installedOn([scan('h', [own])]).map(packageUrl)).toEqual(['pkg:generic/shop@2.0']);
  const elsewhere = installedOn([
    scan('a', [byApk(item('openssl', '3.3.2-r0'))], alpine),
    scan('b', [byDnf(item('openssl', '1:3.0.7-27.el9_4'))], rhel),
    scan('c', [item('zlib1g', '1:1.2.13.dfsg-1')]),
  ]).map(packageUrl);
  expect(elsewhere).toEqual([
    'pkg:apk/alpine/openssl@3.3.2-r0?arch=amd64&distro=alpine-3.20.3',
    'pkg:rpm/redhat/openssl@3.0.7-27.el9_4?arch=amd64&distro=rhel-9.4&epoch=1',
    'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12',
  ]);
  for (const url of urls) expect(PackageURL.fromString(url).toString()).toBe(url);
});

it('writes CycloneDX in which every host depends on what is installed on it', () => {
  const same = installedOn([scan('a', [item('x', '1')]), scan('b', [item('x', '1')])]);
  const about = {
    fleet: 'shop',
    run: 'r1',
    at: '2026-11-24T03:00:00Z',
    serial: '3e671687-395b-41f5-a30f-a58921a69b79',
  };
  const bom = z
    .object({
      bomFormat: z.literal('CycloneDX'),
      specVersion: z.literal('1.6'),
      serialNumber: z.literal(`urn:uuid:${about.serial}`),
      components: z.array(
        z.object({type: z.string(), name: z.string(), 'bom-ref': z.string(), purl: z.string().optional()}),
      ),
      dependencies: z.array(z.object({ref: z.string(), dependsOn: z.array(z.string()).default([])})),
    })
    .parse(JSON.parse(softwareCycloneDx(same, about)));
  const purl = 'pkg:deb/debian/x@1?arch=amd64&distro=debian-12';
  expect(bom.components.map(({type, name}) => `${type} ${name}`).sort()).toEqual([
    'device a',
    'device b',
    'library x',
  ]);
  expect(bom.components.find(({name}) => name === 'x')?.purl).toBe(purl);
  const on = new Map(bom.dependencies.map(({ref, dependsOn}) => [ref, dependsOn]));
  expect(on.get('host:a')).toEqual([purl]);
  expect(on.get('host:b')).toEqual([purl]);
  expect(on.get('fleet:shop')).toEqual(['host:a', 'host:b']);
});
