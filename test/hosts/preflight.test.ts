import {describe, expect, it} from 'vitest';
import {findingsOf, preflight, type Preflight} from '../../src/hosts/preflight.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const mb = 1024 ** 2;

describe.each(releases)('the preflight of a real %s', release => {
  const read = (name: string): Preflight => preflight.parse(fixture(`${release}/host.preflight/${name}.txt`));

  it('finds nothing in the way of a host that is ready', () => {
    expect(findingsOf(read('ready'), 50 * mb)).toEqual([]);
  });

  it('names who holds the lock', () => {
    const findings = findingsOf(read('lock-held'), 0);
    expect(findings).toContainEqual(expect.stringMatching(/^apt-get \(pid \d+\) holds dpkg's lock$/));
  });

  it('names a half-configured package and how to mend it', () => {
    expect(findingsOf(read('half-configured'), 0)).toEqual([
      'pdlab-postinst-fails is half-installed: mend it with dpkg --configure -a first',
    ]);
  });

  it('knows how much the packages need', () => {
    const bytes = apt.room.parse(fixture(`${release}/apt.room/two-packages.txt`));
    expect(bytes).toBeGreaterThan(mb);
    expect(bytes).toBeLessThan(50 * mb);
  });
});

describe('what stands in the way', () => {
  const ready: Preflight = {freeBytes: [], blocked: [], readOnly: []};

  it('too little room, with how much there is and how much is wanted', () => {
    const seen = {...ready, freeBytes: [{mount: '/var', bytes: 10 * mb}]};
    expect(findingsOf(seen, 25 * mb)).toEqual(['/var has 10 MB free, 25 MB are needed']);
    expect(findingsOf(seen, 10 * mb)).toEqual([]);
  });

  it('a full /boot, whatever the packages need', () => {
    const seen = {...ready, freeBytes: [{mount: '/boot', bytes: 99 * mb}]};
    expect(findingsOf(seen, 0)).toEqual(['/boot has 99 MB free, 100 MB are needed']);
    expect(findingsOf({...ready, freeBytes: [{mount: '/boot', bytes: 100 * mb}]}, 900 * mb)).toEqual([]);
  });

  it('a file system that cannot be written', () => {
    expect(findingsOf({...ready, readOnly: ['/usr']}, 0)).toEqual(['/usr is mounted read-only']);
  });

  it('while somebody is at work, he alone: what looks half done is what he is doing', () => {
    const answer =
      '@@ free\n@@ locks\ndnf4\tdnf (pid 7)\n@@ broken\napt\tnginx\ndnf4\tslow\n@@ read-only\n@@ end\n';
    expect(preflight.parse(Buffer.from(answer)).blocked).toEqual([
      'nginx is half-installed: mend it with dpkg --configure -a first',
      "dnf (pid 7) holds rpm's lock",
    ]);
  });

  it('names of processes are made safe to show', () => {
    const answer = '@@ free\n@@ locks\napt\t\u001b[2Japt (pid 1)\n@@ broken\n@@ read-only\n@@ end\n';
    expect(preflight.parse(Buffer.from(answer)).blocked).toEqual(["apt (pid 1) holds dpkg's lock"]);
  });
});
