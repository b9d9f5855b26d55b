import {describe, expect, it} from 'vitest';
import type {EpssScores} from '../../src/advisories/epss.ts';
import type {Finding} from '../../src/model/advisory.ts';
import type {Host} from '../../src/model/host.ts';
import {rankingSchema, type Patch} from '../../src/model/patch.ts';
import {groupPatches} from '../../src/policy/group.ts';
import {rankPatches} from '../../src/policy/rank.ts';
import type {Threat} from '../../src/policy/score-inputs.ts';
import {decideSsvc} from '../../src/policy/ssvc.ts';
import {host, scan, update} from './example-fleet.ts';

const now = Date.parse('2026-11-24T03:00:00Z');
const cve = 'CVE-2026-2222';
const network = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const local = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N';
const finding = (stated: Partial<Finding> = {}): Finding => ({
  cve,
  record: cve,
  state: 'fix-pending',
  fixed: '1.0-2',
  ...stated,
});
const scores = (probability: number): EpssScores => ({
  scores: new Map([[cve, {cve, probability, percentile: 0.9}]]),
  missing: undefined,
});
const none = {scores: new Map(), missing: 'no feed of it is kept'};
const threat = (stated: Partial<Threat> = {}): Threat => ({
  findings: [finding({severity: 'medium', vectors: [local], since: '2026-11-20'})],
  epss: scores(0.001),
  recordsMissing: undefined,
  age: 'asked 3 h ago',
  ...stated,
});
const modest: Partial<Host> = {exposure: 'internal', criticality: 'medium', data: 'internal'};
const ranked = (said: Threat, stated: Partial<Host> = modest, exploited = false): Patch => {
  const hosts = [host('a', stated)];
  const entry = {since: '2026-11-01', due: '2026-12-01', ransomware: false};
  const {patches} = rankPatches(groupPatches([scan('a', [update('x')])]), {
    hosts,
    kev: {entries: new Map(exploited ? [[cve, entry]] : []), input: 'kev', digest: '', stale: undefined},
    cvesOf: () => ({cves: [cve], source: 'records of the distribution'}),
    blocked: new Map(),
    now,
    threatOf: () => said,
  });
  const [patch] = rankingSchema.parse({v: 1, at: new Date(now).toISOString(), inputs: [], patches}).patches;
  if (patch === undefined) throw new Error('nothing was ranked');
  return patch;
};
const scoreOf = (said: Threat): number => ranked(said).score ?? -1;

describe('what speaks for a patch', () => {
  it("the distribution's severity, whatever a vector adds up to", () => {
    const said = threat({findings: [finding({severity: 'low', vectors: [network], since: '2026-11-20'})]});
    expect(ranked(said).rating).toMatchObject({
      severity: 'low',
      severityBy: 'the distribution',
      cvss: {score: 9.8},
    });
    const scored = threat({findings: [finding({vectors: [network], since: '2026-11-20'})]});
    expect(ranked(scored).rating).toMatchObject({severity: 'critical', severityBy: 'CVSS 3.1'});
    expect(scoreOf(scored)).toBeGreaterThan(scoreOf(said));
  });
  it('each step of severity and of likelihood, and age', () => {
    const steps = (['negligible', 'low', 'medium', 'high', 'critical'] as const).map(severity =>
      scoreOf(threat({findings: [finding({severity, since: '2026-11-20'})]})),
    );
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    expect(new Set(steps).size).toBe(5);
    const likely = [0.001, 0.02, 0.2, 0.7].map(probability => scoreOf(threat({epss: scores(probability)})));
    expect(likely).toEqual([...likely].sort((a, b) => a - b));
    expect(new Set(likely).size).toBe(4);
    expect(scoreOf(threat({findings: [finding({severity: 'medium', since: '2026-01-01'})]}))).toBe(
      scoreOf(threat({findings: [finding({severity: 'medium', since: '2026-11-20'})]})) + 1,
    );
  });
  it('the day on which it was first seen here, where nobody says since when it is known', () => {
    const seen = ranked(threat({findings: [finding({severity: 'low', seen: '2026-10-01'})]}));
    expect(seen.rating).toMatchObject({since: '2026-10-01', sinceAtLeast: true});
    expect(seen.missing).toContain('age: no date in the records, known at least since 2026-10-01');
    const said = [finding({since: '2026-09-01'}), finding({cve: 'CVE-2026-3', seen: '2026-10-01'})];
    expect(ranked(threat({findings: said})).rating).not.toHaveProperty('sinceAtLeast');
  });
  it('and none of it more than being exploited', () => {
    const worst = threat({findings: [finding({severity: 'critical'})], epss: scores(0.99)});
    expect(ranked(threat(), modest, true).score).toBeGreaterThan(ranked(worst).score ?? 100);
  });
});

describe('what is missing', () => {
  const low = threat({findings: [finding({severity: 'low', since: '2026-11-20'})]});
  it('never ranks low: a severity, a score or a feed that is not there is more than a low one', () => {
    expect(scoreOf(threat({findings: [finding({since: '2026-11-20'})]}))).toBeGreaterThan(scoreOf(low));
    expect(scoreOf({...low, epss: {scores: new Map(), missing: undefined}})).toBeGreaterThan(scoreOf(low));
    expect(scoreOf({...low, epss: none})).toBeGreaterThan(scoreOf(low));
  });
  it('is named, with why, in the sentence and below it; so is the age of the data', () => {
    const patch = ranked({
      findings: [],
      epss: none,
      recordsMissing: 'no feed of records is kept',
      age: undefined,
    });
    expect(patch.why).toContain('unknown: severity and CVSS and EPSS and age');
    expect(patch.missing).toEqual([
      'severity: no feed of records is kept',
      'CVSS: no feed of records is kept',
      'EPSS: no feed of it is kept',
      'age: no feed of records is kept',
    ]);
    expect(ranked(threat()).why).toBe(
      'security fix, 1 CVE, severity medium, CVSS 1.8, EPSS 0.1 %, not on the internet, data asked 3 h ago',
    );
  });
  it('of one of several vulnerabilities is not made up for by the others', () => {
    const said = threat({
      findings: [finding({severity: 'negligible'}), finding({cve: 'CVE-2026-3', since: '2026-11-20'})],
    });
    expect(ranked(said).rating).toMatchObject({severity: 'negligible', severityWhole: false});
    expect(scoreOf(said)).toBeGreaterThanOrEqual(scoreOf(low));
    const scored = threat({
      findings: [
        finding({severity: 'low', since: '2026-11-20'}),
        finding({cve: 'CVE-2026-3', vectors: [network], since: '2026-11-20'}),
      ],
    });
    expect(ranked(scored).rating).toMatchObject({
      severity: 'critical',
      severityBy: 'CVSS 3.1',
      severityWhole: true,
    });
    expect(ranked(threat()).rating?.severityWhole).toBe(true);
  });
});

describe('SSVC', () => {
  const critical = [host('db', {criticality: 'critical'})];
  const low = [host('lab', {criticality: 'low', exposure: 'isolated', data: 'public'})];
  const medium = [host('app', {criticality: 'medium', exposure: 'internal', data: 'internal'})];
  it.each([
    ['active', true, true, critical, 'act'],
    ['active', false, false, critical, 'attend'],
    ['active', true, true, medium, 'act'],
    ['active', false, false, medium, 'track'],
    ['active', true, false, low, 'attend'],
    ['poc', false, true, critical, 'attend'],
    ['poc', false, true, medium, 'track'],
    ['none', false, true, critical, 'track'],
    ['none', true, false, critical, 'attend'],
  ] as const)('%s, automatable %s, total %s', (exploitation, automatable, total, hosts, decision) => {
    expect(decideSsvc({exploitation, automatable, total, hosts}).decision).toBe(decision);
  });
  it('raises what is only tracked because something is unknown, and shows its path', () => {
    const decided = decideSsvc({
      exploitation: undefined,
      automatable: undefined,
      total: undefined,
      hosts: medium,
    });
    expect(decided).toEqual({
      decision: 'attend',
      path: [
        'exploitation unknown',
        'automatable unknown',
        'technical impact unknown',
        'mission and well-being medium',
        'track, raised to attend by what is unknown',
      ],
    });
  });
  it.each([
    ['exposure', {criticality: 'high', data: 'internal'}],
    ['data', {criticality: 'medium', exposure: 'internal'}],
    ['criticality', {exposure: 'internet', data: 'internal'}],
    ['exposure of an unimportant host', {criticality: 'low', data: 'public'}],
  ] as const)('%s that nobody stated does not rank low', (_, stated) => {
    const decided = decideSsvc({
      exploitation: 'none',
      automatable: true,
      total: true,
      hosts: [host('a', stated)],
    });
    expect(decided.path).toContain('mission and well-being unknown');
    expect(decided.decision).toBe('attend');
  });
  it('tracks on unimportant hosts what is known not to be exploited', () => {
    expect(
      decideSsvc({exploitation: 'none', automatable: undefined, total: undefined, hosts: low}).decision,
    ).toBe('track');
  });
});

it('a ranking of a run from before there were feeds is still read', () => {
  const {rating, ...old} = ranked(threat());
  expect(rating).toBeDefined();
  expect(rankingSchema.safeParse({v: 1, at: 'x', inputs: [], patches: [old]}).success).toBe(true);
});
