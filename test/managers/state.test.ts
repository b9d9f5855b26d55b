import {describe, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {hasCode} from '../../src/model/error.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const refusal = (read: () => unknown): unknown => {
  try {
    read();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each(releases)('packages of a real %s', release => {
  const installed = apt.installed.parse(
    fixture(`${release}/apt.installed/half-configured-held-and-removed.txt`),
  );
  const statusOf = (name: string): string | undefined => installed.find(item => item.name === name)?.status;

  it('what is removed but for its configuration is not installed', () => {
    const text = fixture(`${release}/apt.installed/half-configured-held-and-removed.txt`).toString();
    expect(text).toMatch(/^pdlab-conffile\t.*\trc $/m);
    expect(statusOf('pdlab-conffile')).toBeUndefined();
  });

  it('a half-configured one is, and is told from others', () => {
    expect(statusOf('pdlab-postinst-fails')).toBe('iF');
    expect(statusOf('pdlab-held')).toBe('hi');
    expect(statusOf('pdlab-web')).toBe('ii');
  });

  it('each has its source', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.find(item => item.name === 'libc6')).toMatchObject({source: 'glibc', arch: 'amd64'});
  });

  it('the marks and holds are read', () => {
    const marks = apt.marks.parse(fixture(`${release}/apt.marks/one-held.txt`));
    expect(marks.held).toEqual(['pdlab-held']);
    expect(marks.automatic).toContain('libc6');
    expect(marks.automatic).not.toContain('pdlab-web');
  });

  it('lists are fresh when every repository answered, and not when one did not', () => {
    expect(apt.refresh.parse(fixture(`${release}/apt.refresh/fresh.txt`))).toEqual({
      fresh: true,
      failures: [],
    });
    const stale = apt.refresh.parse(fixture(`${release}/apt.refresh/one-repository-dead.txt`));
    expect(stale.fresh).toBe(false);
    expect(stale.failures.join('\n')).toContain('Failed to fetch http://127.0.0.1:9/debian/dists/dead');
  });

  it('lists are fresh though a folder of packages lacks what apt looks for beside them', () => {
    const answer = fixture(`${release}/apt.refresh/flat-archive.txt`);
    expect(apt.refresh.parse(answer)).toEqual({fresh: true, failures: []});
    // Of a repository that failed in the end it is told what failed.
    const failed = apt.refresh.parse(
      Buffer.from(answer.toString().replace('@@ code\n0\n', '@@ code\n100\n')),
    );
    expect(failed.fresh).toBe(false);
  });

  it('edited configuration files are named, and what dpkg left beside them', () => {
    const read = (name: string): string[] =>
      apt.changedConfiguration.parse(fixture(`${release}/apt.changed-configuration/${name}.txt`));
    expect(read('one-edited')).toEqual(['/etc/pdlab-conffile.conf', '/etc/pdlab-conffile.conf.dpkg-dist']);
    expect(read('none')).toEqual([]);
  });

  it('a changelog is what lies between the markers, a missing one is empty', () => {
    const text = apt.changelog.parse(fixture(`${release}/apt.changelog/escape-sequences.txt`));
    expect(text).toMatch(/^pdlab-hostile \(2\.0\) /);
    expect(text).not.toContain('@@');
    expect(text).toContain('CVE-2026-10011');
    expect(apt.changelog.parse(fixture(`${release}/apt.changelog/no-such-version.txt`))).toBe('');
  });

  it('every previous package is listed with where it came from', () => {
    const {fresh, previous, gone} = apt.staged.parse(fixture(`${release}/packages.staged/every-source.txt`));
    const sources = Object.fromEntries(previous.map(file => [file.name, file.source]));
    expect(sources).toMatchObject({'pdlab-cached': 'cache', 'pdlab-newdep': 'archive'});
    expect(fresh.every(file => file.source === 'archive')).toBe(true);
    expect(fresh.map(file => file.name)).toContain('pdlab-newdep-lib');
    if (release === 'debian-12') {
      expect(gone).toEqual([{name: 'pdlab-gone', arch: 'all', version: '1.0'}]);
      expect(sources['pdlab-gone']).toBeUndefined();
    } else {
      expect(gone).toEqual([]);
      expect(sources['pdlab-gone']).toBe('repacked');
    }
  });
});

describe('answers that cannot be believed', () => {
  const answer = (...lines: string[]): Buffer => Buffer.from([...lines, '@@ end', ''].join('\n'));
  const sum = 'a'.repeat(64);

  it('a warning that makes the lists none the worse is no failure', () => {
    const warning =
      'W: Target Packages (main/binary-amd64/Packages) is configured multiple times in /etc/apt';
    expect(apt.refresh.parse(answer('@@ code', '0', '@@ failures', warning)).fresh).toBe(true);
    expect(apt.refresh.parse(answer('@@ code', '0', '@@ failures', 'W: Some index failed')).fresh).toBe(
      false,
    );
    expect(apt.refresh.parse(answer('@@ code', '100', '@@ failures')).fresh).toBe(false);
  });

  it.each([
    ['a version that is none', 'web\t$(reboot)\tweb\t1\tall\tii '],
    ['a name that is none', '../etc/passwd\t1\tweb\t1\tall\tii '],
    ['an architecture that is none', 'web\t1\tweb\t1\tall all\tii '],
  ])('a package with %s is refused', (_, line) => {
    const error = refusal(() => apt.installed.parse(answer('@@ packages', line)));
    expect(hasCode(error, 'host.bad-answer')).toBe(true);
  });

  it.each([
    ['a path', `new\tweb\tall\t1\t../../etc/shadow\t${sum}\t10\tarchive`],
    ['a name with a path in it', `new\tweb\tall\t1\tnew/web_1_all.deb\t${sum}\t10\tarchive`],
    ['a word for the shell', `new\tweb\tall\t1\tweb_1_all.deb;reboot\t${sum}\t10\tarchive`],
    ['a hash that is none', 'new\tweb\tall\t1\tweb_1_all.deb\tabc\t10\tarchive'],
    ['a size that is none', `new\tweb\tall\t1\tweb_1_all.deb\t${sum}\tmany\tarchive`],
    ['a source nobody knows', `new\tweb\tall\t1\tweb_1_all.deb\t${sum}\t10\tsomewhere`],
    ['a folder nobody knows', `other\tweb\tall\t1\tweb_1_all.deb\t${sum}\t10\tarchive`],
    ['half a line', 'new\tweb'],
  ])('a manifest with %s is refused', (_, line) => {
    const error = refusal(() => apt.staged.parse(answer('@@ files', line)));
    expect(hasCode(error, 'host.bad-answer')).toBe(true);
  });
});
