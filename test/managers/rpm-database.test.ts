import {describe, expect, it} from 'vitest';
import {complaintsOf, installedOf, sourceOf, withEpoch} from '../../src/managers/rpm/database.ts';
import {fixture} from '../fixtures/fixture.ts';

/** What rpm 4.18 says on a Debian 12 host of the lab that installs RPMs too. */
describe("rpm's database", () => {
  it('has packages with their epochs and sources, and no public keys', () => {
    const packages = installedOf('dnf4').parse(fixture('debian-12-dnf4/dnf4.installed/as-made.txt'));
    expect(packages).toContainEqual({
      manager: 'dnf4',
      name: 'pdrpm-tool',
      arch: 'noarch',
      version: '1:1.0~rc1-1',
      source: 'pdrpm-tool',
      sourceVersion: '1:1.0~rc1-1',
      status: 'ii',
    });
    expect(packages.map(({name}) => name)).not.toContain('gpg-pubkey');
  });

  it('writes an epoch of 0 as none, and names the source of a package by the file it was built from', () => {
    expect(['', '0', '(none)', '2'].map(epoch => withEpoch(epoch, '1.0-1'))).toEqual([
      '1.0-1',
      '1.0-1',
      '1.0-1',
      '2:1.0-1',
    ]);
    expect(sourceOf('gcc-toolset-13-gcc-13.1.1-4.el9.src.rpm', 'libgcc', '13.1.1-4.el9').source).toBe(
      'gcc-toolset-13-gcc',
    );
    expect(sourceOf('(none)', 'local', '1.0-1').source).toBe('local');
  });

  it('that cannot be read makes no list', () => {
    expect(() =>
      installedOf('dnf4').parse(Buffer.from('@@ packages\nerror: no such file\n@@ end\n')),
    ).toThrow('is no package');
  });

  it('complains of scriptlets by name, in a sentence', () => {
    const raw = Buffer.from('@@ complaints\nweb\tpost\n@@ end\n');
    expect(complaintsOf('dnf4').parse(raw)).toEqual([
      {name: 'web', what: 'the %post scriptlet of web failed, though rpm calls it installed'},
    ]);
  });
});
