import {expect, it} from 'vitest';
import {updateSchema, type Update} from '../../src/model/package.ts';
import type {Patch} from '../../src/model/patch.ts';
import type {RepositoryAdvisory} from '../../src/model/repository-advisory.ts';
import {needsReboot} from '../../src/policy/effort.ts';
import {groupPatches} from '../../src/policy/group.ts';
import {rankPatches} from '../../src/policy/rank.ts';
import {answerOfRepository, findingsOfRepository} from '../../src/policy/repository-answer.ts';
import {closesNothing} from '../../src/policy/select.ts';
import {host, scan, update} from './example-fleet.ts';

const security: RepositoryAdvisory = {
  id: 'RHSA-2026:1',
  severity: 'critical',
  cves: ['CVE-2026-1002', 'CVE-2026-1001'],
};
const bugfix: RepositoryAdvisory = {id: 'RHBA-2026:2', cves: []};
const silent: Partial<Update> = {manager: 'dnf4', origin: 'updates', security: null};

/** Ranked by what its repository says alone: there is no feed, and nothing has a changelog. */
const ranked = (stated: Partial<Update>): Patch => {
  const drafts = groupPatches([scan('a', [updateSchema.parse(update('tool', stated))])]);
  const {patches} = rankPatches(drafts, {
    hosts: [host('a', {exposure: 'isolated', criticality: 'low', data: 'public'})],
    kev: {missing: 'no catalogue is named'},
    cvesOf: () => drafts.map(answerOfRepository)[0] ?? {missing: 'there is no changelog'},
    blocked: new Map(),
    now: Date.parse('2026-11-24T03:00:00Z'),
    threatOf: () => ({
      findings: drafts.flatMap(findingsOfRepository),
      epss: {scores: new Map(), missing: 'no scores are kept'},
      recordsMissing: 'no feed of records is kept',
      age: undefined,
    }),
  });
  const [patch] = patches;
  if (patch === undefined) throw new Error('nothing was ranked');
  return patch;
};

it('what an advisory names is what the patch closes, as bad as the advisory says', () => {
  const patch = ranked({...silent, security: true, advisories: [bugfix, security]});
  expect(patch).toMatchObject({
    cves: ['CVE-2026-1001', 'CVE-2026-1002'],
    cveSource: 'advisories of the repository',
    rating: {severity: 'critical', severityBy: 'the distribution', severityWhole: true},
  });
  expect(patch.why).toMatch(/^security fix, 2 CVEs, severity critical/);
});

it('an advisory without CVEs says how bad it is all the same', () => {
  const [draft] = groupPatches([
    scan('a', [update('tool', {...silent, security: true, advisories: [{...security, cves: []}]})]),
  ]);
  expect(draft === undefined ? [] : findingsOfRepository(draft)).toMatchObject([
    {cve: 'RHSA-2026:1', severity: 'critical', state: 'fix-pending'},
  ]);
});

it('where a repository has no advisories it is unknown, is said, and never ranks as what is known to close nothing', () => {
  const unknown = ranked(silent);
  const nothing = ranked({...silent, security: false, advisories: []});
  expect(unknown.why).toContain('security fix or not: unknown');
  expect(unknown.missing).toContain('whether it is a security fix: its repository has no advisories');
  expect(unknown.score).toBeGreaterThan(nothing.score ?? 100);
  expect([closesNothing(unknown), closesNothing(nothing)]).toEqual([false, true]);
  expect(nothing.why).toContain('no security fix known');
});

it('a version is a security fix when one of several repositories says so, and each advisory is told once', () => {
  const [draft] = groupPatches([
    scan('a', [update('tool', silent)]),
    scan('b', [update('tool', {...silent, security: true, advisories: [security]})]),
    scan('c', [update('tool', {...silent, security: true, advisories: [security, bugfix]})]),
  ]);
  expect(draft).toMatchObject({security: true, advisories: [bugfix, security]});
});

it.each([
  ['tool', [], false],
  ['tool', [{...security, reboot: true}], true],
  ['kernel-core', [], true],
  ['kernel-default', [], true],
  ['kernel-headers', [], false],
  ['linux-lts', [], true],
  ['linux-image-amd64', [], true],
] satisfies [string, RepositoryAdvisory[], boolean][])(
  '%s with %j needs a reboot: %s',
  (name, advisories, expected) => {
    const patch = ranked({...silent, name, source: name, advisories});
    expect(needsReboot(patch)).toBe(expected);
  },
);
