import {describe, expect, it} from 'vitest';
import type {Kev} from '../../src/advisories/kev.ts';
import type {Host} from '../../src/model/host.ts';
import {rankingSchema, type Patch, type Ranking} from '../../src/model/patch.ts';
import type {Update} from '../../src/model/package.ts';
import type {Scan} from '../../src/model/scan.ts';
import {groupPatches} from '../../src/policy/group.ts';
import {rankPatches, type CveAnswer} from '../../src/policy/rank.ts';
import {closesNothing} from '../../src/policy/select.ts';
import {host, scan, update} from './example-fleet.ts';

const now = Date.parse('2026-11-24T03:00:00Z');
const kev: Kev = {
  entries: new Map([
    ['CVE-2026-1234', {since: '2026-11-20', due: '2026-12-09', ransomware: false}],
    ['CVE-2025-9999', {since: '2025-01-01', due: '2025-01-22', ransomware: true}],
  ]),
  input: 'known exploited vulnerabilities: 2 entries',
  digest: '',
  stale: undefined,
};
const noKev: Kev = {missing: 'no catalogue is named'};
const cves = (...ids: string[]): CveAnswer => ({cves: ids, source: 'changelog'});
const unread: CveAnswer = {missing: 'its changelog could not be read'};
const plain = {security: false, origin: 'Debian:12.12/oldstable'};
const vendor: Partial<Update> = {security: false, origin: 'Acme:stable', notInstalled: 'third-party'};
const lowest: Partial<Host> = {exposure: 'isolated', criticality: 'low', data: 'public'};
const highest: Partial<Host> = {exposure: 'internet', criticality: 'critical', data: 'regulated'};

type World = {
  hosts?: Host[];
  /** Hosts that were scanned shallowly. */
  shallow?: string[];
  updates: Update[];
  answers?: Record<string, CveAnswer>;
  kev?: Kev;
  blocked?: [string, string][];
};
const rank = ({
  hosts = [host('a', lowest)],
  updates,
  answers = {},
  kev: known = kev,
  blocked = [],
  shallow = [],
}: World): Ranking => {
  const scans = hosts.map(({name}): Scan => ({
    ...scan(name, updates),
    ...(shallow.includes(name) ? {depth: 'shallow'} : {}),
  }));
  const ranking = rankPatches(groupPatches(scans), {
    hosts,
    kev: known,
    cvesOf: id => answers[/:(.*)@/.exec(id)?.[1] ?? ''] ?? cves(),
    blocked: new Map(blocked),
    now,
  });
  return rankingSchema.parse(ranking);
};
const only = (world: World): Patch => {
  const [patch] = rank(world).patches;
  if (patch === undefined) throw new Error('nothing was ranked');
  return patch;
};
const order = (world: World): string[] => rank(world).patches.map(patch => patch.source);

describe('the score', () => {
  it('reaches 100 for the worst and 0 for what closes no hole on a host of no importance', () => {
    const five = ['CVE-2026-1234', 'CVE-2026-2', 'CVE-2026-3', 'CVE-2026-4', 'CVE-2026-5'];
    const urgent: CveAnswer = {cves: five, source: 'changelog', urgency: 'critical'};
    expect(only({hosts: [host('a', highest)], updates: [update('x')], answers: {x: urgent}}).score).toBe(100);
    expect(only({updates: [update('x', plain)]}).score).toBe(0);
  });

  it('puts what is exploited above everything known not to be, whatever the hosts', () => {
    const exploited = only({updates: [update('x', plain)], answers: {x: cves('CVE-2026-1234')}}).score ?? 0;
    const many = cves('CVE-2026-2', 'CVE-2026-3', 'CVE-2026-4', 'CVE-2026-5', 'CVE-2026-6');
    const rest = only({hosts: [host('a', highest)], updates: [update('x')], answers: {x: many}}).score ?? 0;
    const dark =
      only({hosts: [host('a', highest)], updates: [update('x')], answers: {x: unread}, kev: noKev}).score ??
      0;
    expect(exploited).toBeGreaterThan(rest);
    expect(exploited).toBeGreaterThan(dark);
  });

  it('counts the worst host, not the first or the average', () => {
    const world = {updates: [update('x')], answers: {x: cves('CVE-2026-2')}};
    const alone = only({...world, hosts: [host('b', highest)]}).score;
    expect(only({...world, hosts: [host('a', lowest), host('b', highest), host('c', lowest)]}).score).toBe(
      alone,
    );
  });

  it('rises with each thing that speaks for it', () => {
    const worlds: World[] = [
      {updates: [update('x', plain)]},
      {updates: [update('x', plain)], answers: {x: cves('CVE-2026-2')}},
      {updates: [update('x')], answers: {x: cves('CVE-2026-2')}},
      {updates: [update('x')], answers: {x: cves('CVE-2026-2', 'CVE-2026-3')}},
      {
        updates: [update('x')],
        answers: {x: {cves: ['CVE-2026-2', 'CVE-2026-3'], source: 'changelog', urgency: 'high'}},
      },
    ];
    const scores = worlds.map(world => only(world).score ?? 0);
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(new Set(scores).size).toBe(scores.length);
  });
});

describe('a shallow scan', () => {
  const hosts = [host('a', lowest), host('b', lowest)];
  it('is named, and what it may hide keeps a patch from ranking low', () => {
    const world = {hosts, updates: [update('x', plain)]};
    const whole = only(world);
    const found = only({...world, shallow: ['b']});
    expect(found).toMatchObject({shallow: ['b'], hosts: ['a', 'b']});
    expect(found.missing).toContain('what is newer on b: only scanned shallowly');
    expect(found.why).toContain('1 host scanned shallowly');
    expect(whole.missing.join()).not.toContain('shallowly');
    expect(found.score ?? 0).toBeGreaterThan(whole.score ?? 0);
    expect([closesNothing(whole), closesNothing(found)]).toEqual([true, false]);
  });
});

describe('what is not known never counts as low', () => {
  const world = {updates: [update('x')], answers: {x: cves('CVE-2026-2')}};
  it.each([
    ['exposure', 'isolated', 'internal'],
    ['criticality', 'low', 'medium'],
    ['data', 'public', 'internal'],
  ])('%s not stated ranks above %s, as %s, and is named', (what, low, middle) => {
    const scoreOf = (stated: Partial<Host>): number | null =>
      only({...world, hosts: [host('a', {...lowest, ...stated})]}).score;
    const rest = Object.fromEntries(Object.entries(lowest).filter(([key]) => key !== what));
    const unstated = only({...world, hosts: [host('a', rest)]});
    expect(unstated.score).toBeGreaterThan(scoreOf({[what]: low}) ?? 0);
    expect(unstated.score).toBe(scoreOf({[what]: middle}));
    expect(unstated.missing).toEqual([`${what} of a is not stated`]);
  });

  it('does not name what could change nothing', () => {
    expect(only({...world, hosts: [host('a', highest), host('b')]}).missing).toEqual([]);
  });

  it('a changelog that was not read ranks above one without CVEs, and above CVEs that are not exploited', () => {
    const answers = {read: cves(), known: cves('CVE-2026-2', 'CVE-2026-3'), unread};
    const updates = ['read', 'known', 'unread'].map(name => update(name));
    expect(order({updates, answers})).toEqual(['unread', 'known', 'read']);
    const patch = only({updates: [update('x')], answers: {x: unread}});
    expect(patch.why).toBe('security fix, CVEs unknown, not on the internet');
    expect(patch.cveSource).toBe('its changelog could not be read');
    expect(patch.missing).toEqual([
      'CVEs: its changelog could not be read',
      'exploited: cannot be looked up without CVE ids',
    ]);
  });

  it('names a changelog that was not whole', () => {
    const source = 'changelog, which does not reach back to the installed version';
    const patch = only({
      hosts: [host('a', highest)],
      updates: [update('x')],
      answers: {x: {cves: [], source}},
    });
    expect(patch.missing).toEqual([`CVEs: more than those of the ${source}`]);
    const unknown = only({hosts: [host('a', highest)], updates: [update('x')], answers: {x: unread}});
    expect(patch.score).toBe(unknown.score);
  });

  it('without a catalogue no rank falls, and each says that it is not known', () => {
    const updates = [update('x'), update('y', plain)];
    const answers = {x: cves('CVE-2026-2')};
    const withKev = rank({updates, answers});
    const without = rank({updates, answers, kev: noKev});
    for (const [i, patch] of without.patches.entries()) {
      expect(patch.score).toBeGreaterThanOrEqual(withKev.patches[i]?.score ?? 100);
      expect(patch.why).toContain('exploited or not: unknown');
      expect(patch.missing).toContain('exploited: no catalogue is named');
    }
    expect(without.inputs).toContain('no catalogue is named');
  });

  it('an update of unknown origin may be a security fix', () => {
    const patch = only({updates: [update('x', {security: null, origin: 'unknown', notInstalled: 'held'})]});
    expect(patch.score).toBeGreaterThan(only({updates: [update('x', plain)]}).score ?? 0);
    expect(patch.why).toContain('security fix or not: unknown');
    expect(patch.missing).toContain('whether it comes from the security archive');
  });

  it('what no feed covers has no score and stands above what closes no hole, even on the worst host', () => {
    const hosts = [host('a', highest)];
    const updates = [update('plain', plain), update('acme', vendor), update('fix')];
    const answers = {fix: cves('CVE-2026-2'), acme: unread};
    expect(order({hosts, updates, answers})).toEqual(['fix', 'acme', 'plain']);
    const patch = only({updates: [update('acme', vendor)], answers: {acme: cves()}});
    expect(patch.score).toBeNull();
    expect(patch.why).toBe('no feed covers it: from Acme:stable');
    expect(patch.missing).toContain('no feed covers third-party packages');
  });

  it('but a vendor whose changelog names CVEs is scored by them', () => {
    expect(
      only({updates: [update('acme', vendor)], answers: {acme: cves('CVE-2026-1234')}}).score,
    ).toBeGreaterThan(50);
  });
});

describe('the sentence that says why', () => {
  const hosts = [
    host('a', {exposure: 'internet', criticality: 'critical', data: 'public'}),
    host('b', {exposure: 'internet', criticality: 'low', data: 'public'}),
    host('c', {exposure: 'internal', criticality: 'low', data: 'public'}),
  ];
  it.each<[string, CveAnswer, Partial<Update>, string]>([
    [
      'exploited',
      cves('CVE-2026-1234'),
      {},
      'exploited (CVE-2026-1234, due 9 Dec), 2 hosts face the internet, 1 critical',
    ],
    [
      'exploited twice, and overdue',
      cves('CVE-2025-9999', 'CVE-2026-1234', 'CVE-2026-7777'),
      {},
      'exploited (CVE-2025-9999 and 1 more, was due 22 Jan 2025, by ransomware), 3 CVEs, 2 hosts face the internet, 1 critical',
    ],
    ['a security fix', cves('CVE-2026-2'), {}, 'security fix, 1 CVE, 2 hosts face the internet, 1 critical'],
    [
      'a point release',
      cves('CVE-2026-2', 'CVE-2026-3'),
      plain,
      '2 CVEs, 2 hosts face the internet, 1 critical',
    ],
    ['something else', cves(), plain, 'no security fix known, 2 hosts face the internet, 1 critical'],
  ])('%s', (_, answer, stated, expected) => {
    expect(only({hosts, updates: [update('x', stated)], answers: {x: answer}}).why).toBe(expected);
  });

  it('says what is not stated of the hosts', () => {
    const some = [host('a'), host('b', {exposure: 'internal', criticality: 'low', data: 'regulated'})];
    expect(only({hosts: some, updates: [update('x')]}).why).toBe(
      'security fix, regulated data, risk of 1 host not stated',
    );
  });

  it('draws no escape sequence of an archive', () => {
    const patch = only({updates: [update('x', {...vendor, origin: '\u001b]0;owned\u0007Evil\u001b[2J'})]});
    expect(patch.why).toBe('no feed covers it: from Evil');
  });
});

it('a blocked version keeps its place, says why, and is excluded on every host', () => {
  const updates = [update('x'), update('y', plain)];
  const [first] = rank({
    updates,
    answers: {x: cves('CVE-2026-2')},
    blocked: [['apt:x@1.0-2', 'web1 regressed']],
  }).patches;
  expect(first?.why).toBe('blocked (web1 regressed), security fix, 1 CVE, not on the internet');
  expect(first?.notInstalled).toEqual([{host: 'a', why: 'excluded'}]);
});

it('ranks the same whatever order the hosts answered in', () => {
  const hosts = [host('a'), host('b'), host('c')];
  const names = ['x', 'y', 'z', 'w'];
  const drafts = groupPatches(
    hosts.map(each =>
      scan(
        each.name,
        names.map(name => update(name)),
      ),
    ),
  );
  const facts = {hosts, kev, cvesOf: () => cves('CVE-2026-2'), blocked: new Map<string, string>(), now};
  const forwards = rankPatches(drafts, facts).patches.map(patch => patch.id);
  expect(rankPatches([...drafts].reverse(), facts).patches.map(patch => patch.id)).toEqual(forwards);
});

it('says how many changelogs were read', () => {
  const {inputs, at} = rank({updates: [update('x'), update('y')], answers: {y: unread}});
  expect(inputs).toEqual([
    'known exploited vulnerabilities: 2 entries',
    'CVE ids: changelogs of 1 of 2 patches, read on the hosts',
  ]);
  expect(at).toBe('2026-11-24T03:00:00.000Z');
});
