import {expect, it} from 'vitest';
import {supportOf} from '../../src/hosts/end-of-life.ts';

const on = (id: string, version: string, day: string): ReturnType<typeof supportOf> =>
  supportOf({id, version, codename: '', name: `${id} ${version}`}, Date.parse(`${day}T12:00:00Z`));

it.each([
  ['debian', '13', '2026-11-24', 'supported', 'debian 13 is supported until 2028-08-09'],
  ['debian', '12', '2026-07-11', 'supported', 'debian 12 is supported until 2026-07-11'],
  [
    'debian',
    '12',
    '2026-07-12',
    'limited',
    'debian 12 has had LTS only since 2026-07-11; that ends 2028-06-30',
  ],
  [
    'debian',
    '11',
    '2026-11-24',
    'ended',
    'debian 11 has had no security support since 2026-08-31; ELTS, which is paid for, goes on until 2031-06-30',
  ],
  [
    'ubuntu',
    '20.04',
    '2026-11-24',
    'ended',
    'ubuntu 20.04 has had no security support since 2025-05-29; Ubuntu Pro, which is paid for, goes on until 2032-04-27',
  ],
  ['ubuntu', '25.04', '2026-11-24', 'ended', 'ubuntu 25.04 has had no security support since 2026-01-15'],
  ['rocky', '9.4', '2026-11-24', 'supported', 'rocky 9.4 is supported until 2032-05-31'],
  ['rhel', '9', '2026-11-24', 'supported', 'rhel 9 is supported until 2032-05-31'],
  ['almalinux', '8.10', '2026-11-24', 'supported', 'almalinux 8.10 is supported until 2029-05-31'],
  ['fedora', '42', '2026-11-24', 'ended', 'fedora 42 has had no security support since 2026-05-27'],
  ['alpine', '3.20.3', '2026-11-24', 'ended', 'alpine 3.20.3 has had no security support since 2026-04-01'],
  ['alpine', '3.22.1', '2026-11-24', 'supported', 'alpine 3.22.1 is supported until 2027-05-01'],
  ['amzn', '2', '2026-11-24', 'ended', 'amzn 2 has had no security support since 2026-06-30'],
  ['amzn', '2023', '2026-11-24', 'supported', 'amzn 2023 is supported until 2029-06-30'],
  ['ubuntu', '23.10', '2026-11-24', 'ended', 'ubuntu 23.10 has had no security support since 2024-07-11'],
  [
    'rhel',
    '7.9',
    '2026-11-24',
    'ended',
    'rhel 7.9 has had no security support since 2024-06-30; ELS, which is paid for, goes on until 2029-05-31',
  ],
  ['sles', '15', '2026-11-24', 'ended', 'sles 15 has had no security support since 2019-12-31'],
  ['sles', '15.7', '2026-11-24', 'supported', 'sles 15.7 is supported until 2031-07-31'],
  ['amzn', '2018.03', '2026-11-24', 'ended', 'amzn 2018.03 has had no security support since 2023-12-31'],
  ['centos', '7', '2026-11-24', 'ended', 'centos 7 has had no security support since 2024-06-30'],
  [
    'sles',
    '15.5',
    '2026-11-24',
    'ended',
    'sles 15.5 has had no security support since 2024-12-31; LTSS, which is paid for, goes on until 2027-12-31',
  ],
  [
    'opensuse-leap',
    '15.6',
    '2026-11-24',
    'ended',
    'opensuse-leap 15.6 has had no security support since 2026-04-30',
  ],
])('%s %s on %s is %s', (id, version, day, state, sentence) => {
  expect(on(id, version, day)).toMatchObject({state, sentence});
});

it.each([
  ['debian', ''],
  ['debian', '99'],
  ['sles', '15.8'],
  ['sles', '17'],
  ['fedora', '45'],
  ['alpine', '3.25_alpha20260701'],
  ['ol', '10.1'],
  ['nixos', '24.05'],
])('does not take %s %s, of which nothing is known, for supported', (id, version) => {
  expect(on(id, version, '2026-11-24').state).toBe('unknown');
});

it('tells CentOS Linux from CentOS Stream, which have one id', () => {
  const os = (name: string, version: string) => ({id: 'centos', version, codename: '', name});
  const now = Date.parse('2026-11-24');
  expect(supportOf(os('CentOS Linux 8', '8'), now).sentence).toMatch(/no security support since 2021-12-31/);
  expect(supportOf(os('CentOS Stream 8', '8'), now).sentence).toMatch(/no security support since 2024-05-31/);
  expect(supportOf(os('CentOS Stream 10 (Coughlan)', '10'), now)).toMatchObject({
    state: 'supported',
    ends: '2030-05-31',
  });
  expect(supportOf(os('CentOS Linux 9', '9'), now).state).toBe('unknown');
});
