import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {baseline, compareBaselines} from '../../src/hosts/baseline.ts';
import type {Baseline} from '../../src/model/facts.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const read = (path: string): Baseline => baseline.parse(fixture(path));
const mb = 1024 ** 2;

describe.each(releases)('how a real %s is doing', release => {
  const healthy = read(`${release}/host.baseline/healthy.txt`);
  const worse = read(`${release}/host.baseline/web-stopped-and-a-unit-failed.txt`);

  it('is read whole', () => {
    expect(healthy.activeServices).toContain('pdlab-web.service');
    expect(healthy.sockets).toContain('tcp 0.0.0.0:22');
    expect(healthy.mounts).toContain('/');
    expect(healthy.disks[0]?.sizeBytes).toBeGreaterThan(healthy.disks[0]?.freeBytes ?? Infinity);
    expect(healthy.availableBytes).toBeGreaterThan(100 * mb);
    expect(healthy.at).toMatch(/^20\d\d-\d\d-\d\dT.*Z$/);
  });

  it('against itself is no worse', () => {
    expect(compareBaselines(healthy, healthy)).toEqual([]);
  });

  it('after a service stopped and another failed, both are named once, and the socket', () => {
    expect(compareBaselines(healthy, worse)).toEqual([
      {what: 'pdlab-broken.service failed', unit: 'pdlab-broken.service'},
      {what: 'pdlab-web.service ran before and does not now', unit: 'pdlab-web.service'},
      {what: 'nothing listens on tcp *:8080 any more'},
    ]);
  });

  it('is no worse when more runs than before', () => {
    expect(compareBaselines(worse, healthy)).toEqual([]);
  });
});

const plain: Baseline = {
  at: '2026-11-24T03:00:00Z',
  failedUnits: [],
  activeServices: ['nginx.service'],
  sockets: ['tcp *:80'],
  mounts: ['/', '/srv'],
  disks: [{mount: '/', freeBytes: 900 * mb, sizeBytes: 2000 * mb}],
  load: 0.1,
  availableBytes: 500 * mb,
};
const disk = (free: number): Baseline['disks'] => [{mount: '/', freeBytes: free, sizeBytes: 2000 * mb}];

describe('what counts as worse', () => {
  it('a service that failed is not also one that stopped', () => {
    const after = {...plain, failedUnits: ['nginx.service'], activeServices: []};
    expect(compareBaselines(plain, after)).toEqual([{what: 'nginx.service failed', unit: 'nginx.service'}]);
  });

  it('what had failed before is not blamed on the change', () => {
    const failed = {...plain, failedUnits: ['old.service']};
    expect(compareBaselines(failed, failed)).toEqual([]);
  });

  it('services or sockets that could be looked at before; where they could not, nothing is said of them', () => {
    const why = 'nobody tells';
    const blind = {...plain, activeServices: [], sockets: [], servicesUnknown: why, socketsUnknown: why};
    expect(compareBaselines(plain, blind)).toEqual([
      {what: 'its services cannot be looked at any more: nobody tells'},
      {what: 'its sockets cannot be looked at any more: nobody tells'},
    ]);
    expect(compareBaselines(blind, {...plain, failedUnits: ['old.service']})).toEqual([]);
    expect(compareBaselines(blind, blind)).toEqual([]);
  });

  it('a mount that is gone', () => {
    expect(compareBaselines(plain, {...plain, mounts: ['/']})).toEqual([
      {what: '/srv is not mounted any more'},
    ]);
  });

  it('a disk that has run low, and none that was low already', () => {
    const low = {...plain, disks: disk(50 * mb)};
    expect(compareBaselines(plain, low)).toEqual([{what: '/ has 50 MB left'}]);
    expect(compareBaselines(low, low)).toEqual([]);
    expect(compareBaselines(plain, {...plain, disks: disk(201 * mb)})).toEqual([]);
  });

  it('load and memory are shown, not judged', () => {
    expect(compareBaselines(plain, {...plain, load: 90, availableBytes: 1})).toEqual([]);
  });

  it('is never more than what was there before and new failures', () => {
    const units = fc.uniqueArray(fc.constantFrom('a.service', 'b.service', 'c.service', 'd.service'));
    fc.assert(
      fc.property(units, units, units, units, (before, failedBefore, after, failedAfter) => {
        const found = compareBaselines(
          {...plain, activeServices: before, failedUnits: failedBefore},
          {...plain, activeServices: after, failedUnits: failedAfter},
        );
        const expected = new Set([
          ...before.filter(unit => !after.includes(unit)),
          ...failedAfter.filter(unit => !failedBefore.includes(unit)),
        ]);
        expect(found.map(item => item.unit).sort()).toEqual([...expected].sort());
      }),
    );
  });
});

describe('what comes and goes by itself', () => {
  const text = fixture('debian-12/host.baseline/healthy.txt').toString();

  test.each([
    'user@1000.service',
    'session-3.scope',
    'patchdeck-0123.service',
    'run-u12.service',
    'apt-daily-upgrade.service',
    'logrotate.service',
    'sshd@5-10.0.0.1:22-10.0.0.2:4711.service',
  ])('%s is left out of the services', unit => {
    const seen = baseline.parse(Buffer.from(text.replace('@@ services\n', `@@ services\n${unit}\n`)));
    expect(seen.activeServices).not.toContain(unit);
    expect(seen.activeServices).toContain('ssh.service');
  });

  it('a job whose runner was killed is no failed unit of the host; what ends a drain is', () => {
    const id = '0123456789abcdef'.repeat(2);
    const failed = [`patchdeck-job@${id}.service`, `patchdeck-${id}.service`, 'patchdeck-drain.service'];
    const seen = baseline.parse(
      Buffer.from(text.replace('@@ failed\n', `@@ failed\n${failed.join('\n')}\n`)),
    );
    expect(seen.failedUnits).toEqual(['patchdeck-drain.service']);
  });

  it('ports that are picked anew at each start are left out', () => {
    const more = 'tcp 127.0.0.1:45123\nudp [::]:60001\ntcp 127.0.0.1:32767';
    const seen = baseline.parse(Buffer.from(text.replace('@@ sockets\n', `@@ sockets\n${more}\n`)));
    expect(seen.sockets).not.toContain('tcp 127.0.0.1:45123');
    expect(seen.sockets).not.toContain('udp [::]:60001');
    expect(seen.sockets).toContain('tcp 127.0.0.1:32767');
  });
});
