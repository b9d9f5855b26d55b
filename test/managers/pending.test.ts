import {describe, expect, it, test} from 'vitest';
import {isSecurity, pending} from '../../src/managers/apt/pending.ts';
import type {Update} from '../../src/model/package.ts';
import {hasCode} from '../../src/model/error.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const named = (updates: readonly Update[], name: string): Update[] =>
  updates.filter(update => update.name === name);
const why = (updates: readonly Update[]): Record<string, string> =>
  Object.fromEntries(updates.map(update => [update.name, update.notInstalled ?? 'would be installed']));

describe.each(releases)('what is pending on a real %s', release => {
  const read = (name: string): Update[] => pending.parse(fixture(`${release}/apt.pending/${name}.txt`));
  const suite = release === 'debian-12' ? '12/oldstable-security' : '13/stable-security';

  it('security updates are known as such, with their source and where they come from', () => {
    const updates = read('security-updates');
    expect(updates.every(update => update.security && update.notInstalled === undefined)).toBe(true);
    expect(new Set(updates.map(update => update.origin))).toEqual(new Set([`Debian-Security:${suite}`]));
    expect(named(updates, 'pdlab-web')).toEqual([
      {
        manager: 'apt',
        name: 'pdlab-web',
        arch: 'all',
        installed: '1.0',
        candidate: '1.1',
        source: 'pdlab-web',
        sourceVersion: '1.1',
        origin: `Debian-Security:${suite}`,
        security: true,
      },
    ]);
  });

  it('each update that the plain upgrade would not install has its class', () => {
    const classes = why(read('held-third-party-and-needs-removal'));
    expect(classes).toMatchObject({
      'pdlab-held': 'held',
      'pdlab-replaces': 'needs-new-or-removed',
      'pdlab-thirdparty': 'third-party',
      // It brings a new package with it, which the upgrade may.
      'pdlab-newdep': 'would be installed',
      'pdlab-cached': 'would be installed',
    });
  });

  it('what would come anew or go is no update of its own', () => {
    const names = read('held-third-party-and-needs-removal').map(update => update.name);
    expect(names).not.toContain('pdlab-newdep-lib');
    expect(names).not.toContain('pdlab-old');
  });

  it('an update that wants what is nowhere is shown, as broken, and of unknown origin', () => {
    const [broken, ...more] = named(
      read('broken-dependency-and-two-architectures'),
      'pdlab-broken-dependency',
    );
    expect(more).toEqual([]);
    expect(broken).toMatchObject({
      arch: 'all',
      installed: '1.0',
      candidate: '2.0',
      notInstalled: 'broken-dependency',
      origin: 'unknown',
      security: null,
    });
  });

  it('a package that is installed for two architectures is pending for both', () => {
    const twins = named(read('broken-dependency-and-two-architectures'), 'pdlab-twin');
    expect(twins.map(update => update.arch).sort()).toEqual(['amd64', 'i386']);
    expect(twins.every(update => update.notInstalled === 'third-party')).toBe(true);
  });

  it('what comes from whoever brings base-files is of the distribution, whatever it is called', () => {
    const text = fixture(`${release}/apt.pending/security-updates.txt`).toString();
    const renamed = text.replaceAll('Debian-Security:', 'Raspbian:');
    const classes = (answer: string): Set<string> =>
      new Set(Object.values(why(pending.parse(Buffer.from(answer)))));
    expect(classes(renamed)).toEqual(new Set(['third-party']));
    expect(classes(renamed.replace('@@ distribution\nDebian', '@@ distribution\nRaspbian'))).toEqual(
      new Set(['would be installed']),
    );
  });

  it('a half-configured package at its newest version is not pending', () => {
    expect(why(read('half-configured'))['pdlab-postinst-fails']).toBeUndefined();
  });

  it('nothing is nothing', () => {
    expect(read('nothing')).toEqual([]);
  });

  it('a refusal of apt is an error, not an empty list', () => {
    let error: unknown;
    try {
      read('refused-for-unmet-dependencies');
    } catch (thrown) {
      error = thrown;
    }
    expect(hasCode(error, 'host.bad-answer')).toBe(true);
    expect(error).toMatchObject({
      message: expect.stringMatching(/apt-get refused: E: Unmet dependencies/) as string,
    });
  });

  it('an answer that was cut short is an error, wherever it was cut', () => {
    const whole = fixture(`${release}/apt.pending/security-updates.txt`);
    for (const share of [0, 0.1, 0.5, 0.9, 0.99]) {
      expect(() => pending.parse(whole.subarray(0, whole.length * share)), String(share)).toThrow(
        /cut short/,
      );
    }
  });
});

describe('sources of a real debian-12', () => {
  const updates = pending.parse(fixture('debian-12/apt.pending/security-updates.txt'));

  test.each([
    ['libssl3', 'openssl', '3.0.22-1~deb12u2'],
    ['openssl', 'openssl', '3.0.22-1~deb12u2'],
    ['liblzma5', 'xz-utils', '5.4.1-1+deb12u2'],
    ['perl-base', 'perl', '5.36.0-7+deb12u4'],
    ['libapt-pkg6.0', 'apt', '2.6.2'],
  ])('%s is built from %s', (name, source, sourceVersion) => {
    expect(named(updates, name)).toMatchObject([{source, sourceVersion}]);
  });

  it('a source version of its own is the one in brackets', () => {
    const text = fixture('debian-12/apt.pending/security-updates.txt').toString();
    const other = text.replace('\nSource: xz-utils\n', '\nSource: xz-utils (5.4.1-1)\n');
    expect(other).not.toBe(text);
    expect(named(pending.parse(Buffer.from(other)), 'liblzma5')).toMatchObject([
      {source: 'xz-utils', sourceVersion: '5.4.1-1', candidate: '5.4.1-1+deb12u2'},
    ]);
  });
});

describe('what is fetched for an update', () => {
  const simulated = (lines: string): string => `@@ plain\n${lines}\n@@ full\n${lines}\n@@ unheld\n${lines}\n`;
  const sizesOf = (lines: string, offers: string): Record<string, number | undefined> =>
    Object.fromEntries(
      pending
        .parse(
          Buffer.from(
            `${simulated(lines)}@@ held\n@@ policy\n@@ sources\n${offers}\n@@ distribution\nDebian\n@@ end\n`,
          ),
        )
        .map(({name, arch, bytes}) => [`${name}:${arch}`, bytes]),
    );
  const offer = (name: string, arch: string, more: string): string =>
    `Package: ${name}\n${more}\nVersion: 2\nArchitecture: ${arch}`;

  it('is the size of its own architecture, and unknown where the archive names none', () => {
    const lines = [
      'Inst libx [1] (2 Debian:12/stable [amd64])',
      'Inst libx:i386 [1] (2 Debian:12/stable [i386])',
      'Inst y [1] (2 Debian:12/stable [all])',
    ].join('\n');
    const offers = [
      offer('libx', 'amd64', 'Size: 1000'),
      offer('libx', 'i386', 'Size: 900'),
      offer('y', 'all', 'Size: many'),
    ].join('\n');
    expect(sizesOf(lines, offers)).toEqual({'libx:amd64': 1000, 'libx:i386': 900, 'y:all': undefined});
  });

  it.each([
    ['of the same source, as on Debian', 'Source: linux-signed-amd64\nSize: 1500'],
    ['of another source, as on Ubuntu', 'Source: linux-meta\nSize: 1500'],
  ])('is with a kernel that comes as a new package %s', (_, meta) => {
    const lines = [
      'Inst linux-image-6.1.0-41-amd64 (2 Debian-Security:12/oldstable-security [amd64])',
      'Inst linux-image-amd64 [1] (2 Debian-Security:12/oldstable-security [amd64])',
    ].join('\n');
    const kernel = offer('linux-image-6.1.0-41-amd64', 'amd64', 'Source: linux-signed-amd64\nSize: 60000000');
    expect(sizesOf(lines, `${kernel}\n${offer('linux-image-amd64', 'amd64', meta)}`)).toEqual({
      'linux-image-amd64:amd64': 60_001_500,
    });
  });
});

describe.each(releases)('the apt of a real %s, with archives of Ubuntu', release => {
  const text = fixture(`${release}/apt.pending/phased-forbidden-and-of-esm.txt`).toString();
  const updates = pending.parse(Buffer.from(text));

  it('says what is phased, forbidden by a preference, or opens with a subscription only', () => {
    expect(why(updates)).toMatchObject({
      'pdlab-settled': 'would be installed',
      'pdlab-phased': 'phased',
      'pdlab-phased-lib': 'phased',
      // Its time has not come, and it could not be installed if it had.
      'pdlab-phased-broken': 'broken-dependency',
      'pdlab-forbidden': 'excluded',
      // Forbidden as by older Ubuntu Pro clients, and kept in an apt directory of its own as by newer ones.
      'pdlab-infra': 'needs-subscription',
      'pdlab-apps': 'needs-subscription',
    });
  });

  it('says of those what it says of others: source, origin, whether they close a hole', () => {
    expect(named(updates, 'pdlab-infra')).toMatchObject([
      {
        source: 'pdlab-infra-src',
        sourceVersion: '2.0-1',
        origin: 'UbuntuESM:24.04/noble-infra-security',
        security: true,
      },
    ]);
    expect(named(updates, 'pdlab-apps')).toMatchObject([
      {installed: '1.0', candidate: '2.0', security: true},
    ]);
    expect(named(updates, 'pdlab-apps')[0]?.bytes).toBeGreaterThan(0);
    expect(named(updates, 'pdlab-phased')).toMatchObject([
      {origin: 'Ubuntu:24.04/noble-updates', security: false},
    ]);
  });

  it('on a host that has the subscription they are updates as any other', () => {
    const offered = 'Inst pdlab-apps [1.0] (2.0 UbuntuESMApps:24.04/noble-apps-security [all])';
    const attached = text.replace('\nInst ', `\n${offered}\nInst `);
    expect(why(pending.parse(Buffer.from(attached)))).toMatchObject({'pdlab-apps': 'would be installed'});
  });
});

describe('where an update comes from', () => {
  test.each([
    ['Debian-Security:12/oldstable-security', true],
    ['Debian-Security:13/stable-security', true],
    ['Debian:12.12/oldstable, Debian-Security:12/oldstable-security', true],
    ['Ubuntu:24.04/noble-security', true],
    ['Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security', true],
    ['UbuntuESM:22.04/jammy-infra-security', true],
    ['UbuntuESMApps:22.04/jammy-apps-updates', true],
    ['Debian:12.12/oldstable', false],
    ['Debian:13.1/stable-updates', false],
    ['Ubuntu:24.04/noble-updates', false],
    ['Acme-Security-Tools:1/stable', false],
    ['Acme:1/security-tools', false],
    ['local-deb', false],
    ['', false],
  ])('"%s" is from the security archive: %s', (origin, expected) => {
    expect(isSecurity(origin)).toBe(expected);
  });
});
