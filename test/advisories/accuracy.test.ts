import {expect, it} from 'vitest';
import {alpineHost, askedOf, findingsOn, installed} from './asked-of.ts';
import {alpineAdvisories} from '../../src/advisories/alpine-secdb.ts';
import {osvAdvisories} from '../../src/advisories/osv-record.ts';
import {readFile} from 'node:fs/promises';
import {debianNotices, osvDocument} from './debian-notices.ts';

/**
 * Real versions of real packages of Debian 11 (one of Debian 7), each with a vulnerability and the notice that decides it. `true`: the
 * version is vulnerable. Versions come from Debian 11 as it was released and from the notices themselves.
 */
const pairs: [source: string, version: string, cve: string, vulnerable: boolean, record: string][] = [
  ['xorg-server', '2:1.20.11-1+deb11u5', 'CVE-2023-1393', true, 'DSA-5380-1'],
  ['xorg-server', '2:1.20.11-1+deb11u6', 'CVE-2023-1393', false, 'DSA-5380-1'],
  ['apache2', '2.4.54-1~deb11u1', 'CVE-2023-25690', true, 'DSA-5376-1'],
  ['apache2', '2.4.56-1~deb11u1', 'CVE-2023-25690', false, 'DSA-5376-1'],
  ['apache2', '2.4.56-1~deb11u2', 'CVE-2006-20001', false, 'DSA-5376-1'],
  ['apr', '1.7.0-6+deb11u1', 'CVE-2022-24963', true, 'DSA-5370-1'],
  ['apr', '1.7.0-6+deb11u2', 'CVE-2022-24963', false, 'DSA-5370-1'],
  ['multipath-tools', '0.8.5-2', 'CVE-2022-41973', true, 'DSA-5366-1'],
  ['multipath-tools', '0.8.5-2+deb11u1', 'CVE-2022-41974', false, 'DSA-5366-1'],
  ['curl', '7.74.0-1.3+deb11u5', 'CVE-2023-23916', true, 'DSA-5365-1'],
  ['curl', '7.74.0-1.3+deb11u7', 'CVE-2023-23916', false, 'DSA-5365-1'],
  ['curl', '7.74.0-1.3+deb11u5', 'CVE-2022-32221', false, 'DSA-5330-1'],
  ['curl', '7.74.0-1.3+deb11u1', 'CVE-2022-43552', true, 'DSA-5330-1'],
  ['php7.4', '7.4.33-1+deb11u1', 'CVE-2023-0568', true, 'DSA-5363-1'],
  ['php7.4', '7.4.33-1+deb11u3', 'CVE-2023-0568', false, 'DSA-5363-1'],
  ['git', '1:2.30.2-1', 'CVE-2022-41903', true, 'DSA-5332-1'],
  ['git', '1:2.30.2-1+deb11u1', 'CVE-2022-41903', false, 'DSA-5332-1'],
  ['git', '1:2.30.2-1+deb11u1', 'CVE-2023-22490', true, 'DSA-5357-1'],
  ['git', '1:2.30.2-1+deb11u2', 'CVE-2023-22490', false, 'DSA-5357-1'],
  ['sox', '14.4.2+git20190427-2', 'CVE-2021-3643', true, 'DSA-5356-1'],
  ['sox', '14.4.2+git20190427-2+deb11u2', 'CVE-2021-3643', false, 'DSA-5356-1'],
  ['nss', '2:3.61-1+deb11u2', 'CVE-2023-0767', true, 'DSA-5353-1'],
  ['nss', '2:3.61-1+deb11u3', 'CVE-2023-0767', false, 'DSA-5353-1'],
  ['gnutls28', '3.7.1-5+deb11u2', 'CVE-2023-0361', true, 'DSA-5349-1'],
  ['gnutls28', '3.7.1-5+deb11u3', 'CVE-2023-0361', false, 'DSA-5349-1'],
  ['haproxy', '2.2.9-2+deb11u3', 'CVE-2023-25725', true, 'DSA-5348-1'],
  ['haproxy', '2.2.9-2+deb11u4', 'CVE-2023-25725', false, 'DSA-5348-1'],
  ['imagemagick', '8:6.9.11.60+dfsg-1.3', 'CVE-2022-44268', true, 'DSA-5347-1'],
  ['imagemagick', '8:6.9.11.60+dfsg-1.3+deb11u1', 'CVE-2022-44268', false, 'DSA-5347-1'],
  ['openssl', '1.1.1n-0+deb11u3', 'CVE-2023-0286', true, 'DSA-5343-1'],
  ['openssl', '1.1.1n-0+deb11u4', 'CVE-2023-0286', false, 'DSA-5343-1'],
  ['openssl', '1.1.1k-1', 'CVE-2022-4304', true, 'DSA-5343-1'],
  ['bind9', '1:9.16.33-1~deb11u1', 'CVE-2022-3094', true, 'DSA-5329-1'],
  ['bind9', '1:9.16.37-1~deb11u1', 'CVE-2022-3094', false, 'DSA-5329-1'],
  ['linux', '5.10.158-2', 'CVE-2023-0179', true, 'DSA-5324-1'],
  ['linux', '5.10.162-1', 'CVE-2023-0179', false, 'DSA-5324-1'],
  ['sudo', '1.9.5p2-3', 'CVE-2023-22809', true, 'DSA-5321-1'],
  ['sudo', '1.9.5p2-3+deb11u1', 'CVE-2023-22809', false, 'DSA-5321-1'],
  ['libksba', '1.5.0-3', 'CVE-2022-47629', true, 'DSA-5305-1'],
  ['libksba', '1.5.0-3+deb11u2', 'CVE-2022-47629', false, 'DSA-5305-1'],
  ['krb5', '1.18.3-6+deb11u2', 'CVE-2022-42898', true, 'DSA-5286-1'],
  ['krb5', '1.18.3-6+deb11u3', 'CVE-2022-42898', false, 'DSA-5286-1'],
  // A notice of one package says nothing of another, however like their versions are.
  ['krb5', '1.18.3-6+deb11u2', 'CVE-2022-47629', false, 'DSA-5305-1'],
];

const notices = await debianNotices();
const records = notices.flatMap(notice => osvAdvisories(osvDocument(notice), () => true));
const fixture = (name: string): Promise<Buffer> => readFile(new URL(`fixtures/${name}`, import.meta.url));
const nginx = osvAdvisories(JSON.parse((await fixture('osv-DSA-3029-1.json')).toString()), () => true);

/** Versions of openssl that Alpine had, each with what its own list of fixes says. */
const alpine: [version: string, cve: string, vulnerable: boolean, fixed: string][] = [
  ['1.1.1c-r0', 'CVE-2019-1547', true, '1.1.1d-r1'],
  ['1.1.1d-r0', 'CVE-2019-1547', true, '1.1.1d-r1'],
  ['1.1.1d-r1', 'CVE-2019-1547', false, '1.1.1d-r1'],
  ['1.1.1d-r2', 'CVE-2019-1551', true, '1.1.1d-r3'],
  ['1.1.1d-r3', 'CVE-2019-1551', false, '1.1.1d-r3'],
  ['1.1.1k-r0', 'CVE-2021-3711', true, '1.1.1l-r0'],
  ['1.1.1l-r0', 'CVE-2021-3711', false, '1.1.1l-r0'],
  ['3.0.1-r0', 'CVE-2022-0778', true, '3.0.2-r0'],
  ['3.0.2-r0', 'CVE-2022-0778', false, '3.0.2-r0'],
  ['3.0.3-r0', 'CVE-2022-2097', true, '3.0.5-r0'],
  ['3.0.5-r0', 'CVE-2022-2097', false, '3.0.5-r0'],
  ['3.0.5-r2', 'CVE-2022-2097', false, '3.0.5-r0'],
  // Alpine never had what it fixes ("0").
  ['3.0.4-r0', 'CVE-2022-2274', false, '0'],
];
const limits = {maxBytes: 100_000, maxDepth: 12};
const secdb = alpineAdvisories(await fixture('alpine-secdb-v3.17-excerpt.json'), limits);

it('has at least 40 pairs, half of them of versions that are not vulnerable', () => {
  expect(pairs.length).toBeGreaterThanOrEqual(40);
  expect(pairs.filter(([, , , vulnerable]) => !vulnerable).length).toBeGreaterThanOrEqual(pairs.length / 2);
});

it.each(pairs)('%s %s: %s is %s by %s', async (source, version, cve, vulnerable, record) => {
  const notice = notices.find(({id}) => id === record);
  expect(notice?.cves).toContain(cve);
  const found = await askedOf('11', source, version, records);
  const finding = found.find(item => item.cve === cve);
  expect(finding === undefined ? false : finding.record).toBe(vulnerable ? record : false);
  if (vulnerable) expect(finding?.fixed).toBe(notice?.fixed);
});

it.each([
  ['1.2.1-2.2+wheezy2', ['CVE-2014-3616']],
  ['1.2.1-2.2+wheezy3', []],
  ['1.6.2-5', []],
])('nginx %s on Debian 7, by DSA-3029-1 as published', async (version, cves) => {
  expect((await askedOf('7', 'nginx', version, nginx)).map(({cve}) => cve)).toEqual(cves);
});

it.each(alpine)(
  "openssl %s on Alpine 3.17: %s is %s by Alpine's secfixes of %s",
  async (version, cve, vulnerable, fixed) => {
    const found = await findingsOn(alpineHost([installed('libssl3', version, 'openssl')]), secdb.advisories);
    const finding = found.find(item => item.cve === cve);
    expect(finding?.fixed).toBe(vulnerable ? fixed : undefined);
  },
);

it('a record of another release says nothing: the same version on Debian 12 is unknown', async () => {
  expect(await askedOf('12', 'krb5', '1.18.3-6+deb11u2', records)).toEqual([]);
});
