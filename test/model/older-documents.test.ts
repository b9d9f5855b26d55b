import {expect, it} from 'vitest';
import {momentSchema} from '../../src/model/moment.ts';
import {patchSchema} from '../../src/model/patch.ts';
import {rollbackPointSchema} from '../../src/model/rollback.ts';
import {scanSchema} from '../../src/model/scan.ts';
import {groupPatches} from '../../src/policy/group.ts';
import {scan, update} from '../policy/example-fleet.ts';

const file = {
  ...{name: 'web', arch: 'all', version: '1', file: 'web_1_all.deb', sha256: 'a'.repeat(64), bytes: 1},
  source: 'archive',
};

it('a rollback point of before there were steps is one of one step', () => {
  const point = rollbackPointSchema.parse({
    ...{
      v: 1,
      host: 'web1',
      manager: 'apt',
      at: 'now',
      planDigest: 'p',
      directory: '/var/lib/patchdeck/stage/p',
    },
    ...{fresh: [], previous: [file], gone: [], automatic: ['web'], held: [], simulated: true},
    ...{grade: 'partial', reasons: ['packed anew']},
  });
  expect(point).toMatchObject({
    v: 2,
    host: 'web1',
    planDigest: 'p',
    grade: 'partial',
    reasons: ['packed anew'],
  });
  expect(point.steps).toMatchObject([
    {manager: 'apt', directory: '/var/lib/patchdeck/stage/p', previous: [{name: 'web'}], automatic: ['web']},
  ]);
  expect(rollbackPointSchema.parse(point)).toEqual(point);
});

it('a moment of before there were several managers is of apt', () => {
  const baseline = {
    ...{at: '', failedUnits: [], activeServices: [], sockets: [], mounts: [], disks: []},
    ...{load: 0, availableBytes: 0},
  };
  const old = {
    v: 1,
    host: 'web1',
    planDigest: 'p',
    baseline,
    installed: [],
    automatic: ['web'],
    held: ['db'],
  };
  const moment = momentSchema.parse(old);
  expect(moment.marks).toEqual([{manager: 'apt', automatic: ['web'], held: ['db']}]);
  expect(momentSchema.parse(moment)).toEqual(moment);
});

it('an update that nobody knew the origin of may be a security fix: older scans and rankings call it none', () => {
  const old = update('tool', {origin: 'unknown', security: false});
  expect(scanSchema.parse(scan('web1', [old])).updates[0]?.security).toBeNull();
  const [draft] = groupPatches([scan('web1', [old])]);
  const patch = {...draft, cves: [], cveSource: 'changelog', exploited: [], score: 1, why: '', missing: []};
  expect(patchSchema.parse(patch).security).toBeNull();
  expect(patchSchema.parse({...patch, origin: 'Debian:12.12/oldstable'}).security).toBe(false);
});

it('a scan of before there were several managers is of apt', () => {
  const {managers, ...old} = scan('web1', []);
  expect(scanSchema.parse(old).managers).toEqual(managers);
});
