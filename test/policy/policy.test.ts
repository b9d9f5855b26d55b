import {describe, expect, it} from 'vitest';
import type {Patch, Rating, Ranking} from '../../src/model/patch.ts';
import type {Host} from '../../src/model/host.ts';
import type {DecidedPatch, Decision, Route} from '../../src/model/policy.ts';
import {chosenBy, decide} from '../../src/policy/decide.ts';
import {parsePolicy} from '../../src/policy/parse-policy.ts';
import {policyDocument} from '../../src/policy/policy-document.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import {host} from './example-fleet.ts';

const now = Date.parse('2026-11-24T03:00:00Z');
const rating = (stated: Partial<Rating> = {}): Rating => ({
  severity: 'medium',
  severityBy: 'the distribution',
  severityWhole: true,
  cvss: null,
  epss: null,
  since: '2026-11-14',
  ssvc: {decision: 'track', path: ['exploitation none']},
  unknown: [],
  age: null,
  ...stated,
});
const patch = (source: string, stated: Partial<Patch> = {}): Patch => ({
  id: `apt:${source}@1`,
  manager: 'apt',
  source,
  version: '1',
  packages: [source],
  origin: 'Debian-Security',
  security: true,
  hosts: ['a'],
  notInstalled: [],
  cves: [`CVE-2026-${1000 + source.length}`],
  cveSource: 'records of the distribution',
  exploited: [],
  score: 50,
  why: '',
  missing: [],
  rating: rating(),
  ...stated,
});
const decided = (
  text: string,
  patches: Patch[],
  stated: {at?: number; route?: Route; hosts?: Host[]; ranking?: Partial<Ranking>} = {},
): Decision => {
  const {at = now, route = 'all', hosts = []} = stated;
  const ranking: Ranking = {
    v: 1,
    at: new Date(at).toISOString(),
    inputs: [],
    patches,
    feeds: {debian: 'd'.repeat(64)},
    ...stated.ranking,
  };
  return decide({
    policy: parsePolicy(`policy: test\n${text}`, 'p.yaml'),
    policyDigest: 'p',
    route,
    ranking,
    hosts,
    scans: {b: '2', a: '1'},
    blocked: new Map([['apt:bad@1', 'regressed']]),
    now: at,
  });
};
const one = (text: string, stated: Partial<Patch> = {}, source = 'x'): DecidedPatch => {
  const [found] = decided(text, [patch(source, stated)]).patches;
  if (found === undefined) throw new Error('nothing was decided');
  return found;
};
const verdict = (...given: Parameters<typeof one>): string => one(...given).verdict;
const exploited = [{cve: 'CVE-2026-1001', since: '2026-11-20', due: '2026-12-11', ransomware: false}];

describe('selection', () => {
  it('takes security, and what may be security; not what closes nothing', () => {
    expect(verdict('')).toBe('window');
    expect(verdict('', {security: false, cves: []})).toBe('not-selected');
    expect(verdict('', {security: null, cves: []})).toBe('window');
    expect(verdict('select: {security: false}', {security: false, cves: []})).toBe('window');
  });
  it('keeps in what nobody can say of that it closes nothing', () => {
    const plain = {security: false, cves: []};
    expect(one('', plain)).toMatchObject({verdict: 'not-selected', why: 'it closes no known hole'});
    expect(verdict('', {...plain, cveSource: 'its changelog could not be read'})).toBe('window');
    expect(verdict('', {...plain, score: null})).toBe('window');
  });
  it('by score, SSVC, name and exclusion; what has no score stays in', () => {
    expect(verdict('select: {minScore: 60}')).toBe('not-selected');
    expect(verdict('select: {minScore: 60}', {score: null})).toBe('window');
    expect(verdict('select: {ssvc: attend}')).toBe('not-selected');
    expect(verdict('select: {ssvc: attend}', {rating: rating({ssvc: {decision: 'act', path: []}})})).toBe(
      'now',
    );
    expect(verdict('select: {packages: ["lib*"]}')).toBe('not-selected');
    expect(verdict('select: {packages: ["lib*"]}', {packages: ['libx']})).toBe('window');
    expect(one('select: {exclude: ["x"]}').why).toBe('the policy excludes it');
    expect(one('', {}, 'bad').why).toBe('blocked: regressed');
  });
  it('says of what no host would install why', () => {
    expect(one('', {notInstalled: [{host: 'a', why: 'held'}]})).toMatchObject({
      verdict: 'not-installable',
      why: 'held on every host that has it',
    });
  });
});

describe('routing', () => {
  it.each([
    ['it is exploited', '', {exploited}],
    ['SSVC says so', '', {rating: rating({ssvc: {decision: 'act', path: ['exploitation active']}})}],
    ['of its severity', 'actNow: {severity: high}', {rating: rating({severity: 'critical'})}],
    ['of its score', 'actNow: {minScore: 50}', {}],
  ])('acts now because %s, the rest goes into the window', (_, text, stated: Partial<Patch>) => {
    expect(verdict(text, stated)).toBe('now');
    expect(verdict('')).toBe('window');
  });
  it('chooses by route, and what needs a person only with one', () => {
    const on = (route: Route, isApproved: boolean): string[] =>
      Object.keys(
        chosenBy(
          decided(
            'approve: {severity: medium, maxHosts: 1}',
            [patch('x', {exploited}), patch('yy', {hosts: ['a', 'b']}), patch('zzz')],
            {route},
          ),
          isApproved,
        ),
      );
    expect(on('now', false)).toEqual(['apt:x@1']);
    expect(on('window', false)).toEqual(['apt:zzz@1']);
    expect(on('all', true)).toEqual(['apt:x@1', 'apt:yy@1', 'apt:zzz@1']);
  });
});

describe('approval', () => {
  it.each([
    ['no rule: nobody has to', '', {}, 'automatic'],
    ['no worse than the rule', 'approve: {severity: medium}', {}, 'automatic'],
    ['worse', 'approve: {severity: medium}', {rating: rating({severity: 'high'})}, 'person'],
    ['unknown is not low', 'approve: {severity: medium}', {rating: rating({severity: null})}, 'person'],
    [
      'a mild word for one of two vulnerabilities does not speak for the other',
      'approve: {severity: medium}',
      {rating: rating({severity: 'low', severityWhole: false})},
      'person',
    ],
    ['too many hosts', 'approve: {severity: medium, maxHosts: 1}', {hosts: ['a', 'b']}, 'person'],
    ['a kernel', 'approve: {severity: medium}', {packages: ['linux-image-6.1.0-41-amd64']}, 'person'],
  ])('%s', (_, text, stated: Partial<Patch>, expected) => {
    expect(one(text, stated).approval).toBe(expected);
  });
});

describe('deadlines', () => {
  const deadlines = 'deadlines: {exploited: 7, critical: 3, medium: 14, unknown: 5}';
  it('count down from the day it became known, and go below zero', () => {
    expect(one(deadlines).deadline).toMatchObject({by: '2026-11-28', left: 4});
    expect(one(deadlines, {rating: rating({since: '2026-10-01'})}).deadline).toMatchObject({
      by: '2026-10-15',
      left: -40,
    });
  });
  it('take the earliest of severity, exploitation and what CISA sets', () => {
    expect(one(deadlines, {exploited}).deadline).toMatchObject({
      by: '2026-11-27',
      why: 'CVE-2026-1001 exploited since 2026-11-20: 7 days',
    });
  });
  it('take what CISA sets wherever there are deadlines', () => {
    const due = {by: '2026-12-11', left: 17, why: 'CVE-2026-1001: due by CISA'};
    expect(one('deadlines: {critical: 3}', {exploited}).deadline).toEqual(due);
    expect(one('', {exploited})).not.toHaveProperty('deadline');
  });
  it('take the stricter where not all that it closes is judged', () => {
    const low = {rating: rating({severity: 'low', severityWhole: false})};
    expect(one('deadlines: {low: 180, unknown: 30}', low).deadline).toMatchObject({
      by: '2026-12-14',
      why: 'severity unknown: 30 days, known since 2026-11-14',
    });
    expect(one('deadlines: {low: 10, unknown: 30}', low).deadline).toMatchObject({by: '2026-11-24'});
  });
  it('count down from the first sync at the latest', () => {
    const seen = {rating: rating({since: '2026-10-15', sinceAtLeast: true})};
    expect(one(deadlines, seen).deadline).toEqual({
      by: '2026-10-29',
      left: -26,
      why: 'severity medium: 14 days, known at least since 2026-10-15',
    });
  });
  it('say when nobody knows since when, or how bad', () => {
    expect(one(deadlines, {rating: rating({severity: null, since: null})}).deadline).toEqual({
      by: '2026-11-29',
      left: 5,
      why: 'severity unknown: 5 days, counted from now, as nobody says since when it is known',
    });
    expect(one(deadlines, {rating: rating({severity: 'low'})})).not.toHaveProperty('deadline');
  });
});

describe('exceptions', () => {
  const item = (what: string, expires: string): string =>
    `exceptions:\n  - {${what}, reason: not reachable, owner: A. Ops, mitigation: port closed, expires: ${expires}}`;
  it('keep a patch out until their last day, with reason, owner and mitigation', () => {
    expect(one(item('package: x', '2026-11-24'))).toMatchObject({
      verdict: 'excepted',
      why: 'not reachable; A. Ops answers for it until 2026-11-24, meanwhile: port closed',
    });
  });
  it('that ended count no more, and that is said', () => {
    const decision = decided(item('package: x', '2026-11-23'), [patch('x')]);
    expect(decision.patches[0]?.verdict).toBe('window');
    expect(decision.notes).toEqual([
      'the exception for x ended on 2026-11-23: A. Ops has to renew it or it is patched',
    ]);
  });
  it('of one CVE do not keep out a patch that closes others too', () => {
    const text = item('cve: CVE-2026-1001', '2026-12-31');
    expect(verdict(text)).toBe('excepted');
    expect(verdict(text, {cves: ['CVE-2026-1001', 'CVE-2026-2']})).toBe('window');
    const partly = 'changelog, which does not reach back to the installed version';
    expect(verdict(text, {cveSource: partly})).toBe('window');
    expect(decided(item('cve: CVE-2026-9999', '2026-12-31'), [patch('x')]).notes).toEqual([
      'the exception for CVE-2026-9999 means nothing that is pending',
    ]);
  });
});

describe('effort', () => {
  const fleet = [
    host('a', {exposure: 'isolated'}),
    host('b', {exposure: 'internal', criticality: 'low'}),
    host('c', {exposure: 'internal', criticality: 'critical'}),
    host('d', {exposure: 'internet'}),
    host('e'),
  ];
  const hosts = ['a', 'b', 'c', 'd', 'e'];
  it('is filled host by host, those on which most hangs first; what is left is named', () => {
    const {patches} = decided('effort: {maxHosts: 3}', [patch('x', {hosts, exploited})], {hosts: fleet});
    expect(patches).toMatchObject([
      {verdict: 'now', hosts: ['c', 'd', 'e'], later: ['a', 'b'], urgent: 'CVE-2026-1001 is exploited'},
    ]);
    expect(patches[0]?.why).toContain('on 3 of 5 hosts');
  });
  it('goes to urgent ones first, and what comes after has the hosts that are touched already', () => {
    const patches = [
      patch('x', {hosts: ['a', 'b']}),
      patch('yy', {hosts: ['b', 'd'], exploited}),
      patch('zzz'),
    ];
    const {patches: found} = decided('effort: {maxHosts: 2}', patches, {hosts: fleet});
    expect(found).toMatchObject([
      {verdict: 'window', hosts: ['b'], later: ['a']},
      {verdict: 'now', hosts: ['b', 'd']},
      {verdict: 'over-effort', later: ['a'], why: '2 hosts are touched already, and no more are allowed'},
    ]);
  });
  it('is not used up by what waits for a person, or is not on the route; a yes changes nothing else', () => {
    const waits = patch('x', {hosts: ['d'], exploited, rating: rating({severity: 'critical'})});
    const text = 'effort: {maxHosts: 1}\napprove: {severity: medium}';
    const both = decided(text, [waits, patch('yy', {hosts: ['a'], exploited})], {hosts: fleet});
    expect(chosenBy(both, false)).toEqual({'apt:yy@1': ['a']});
    expect(chosenBy(both, true)).toEqual({'apt:yy@1': ['a']});
    expect(both.patches[0]).toMatchObject({verdict: 'over-effort', later: ['d'], approval: 'person'});
    const later = patch('yy', {hosts: ['a']});
    const now = decided('effort: {maxHosts: 1}', [later, patch('x', {hosts: ['d'], exploited})], {
      hosts: fleet,
      route: 'now',
    });
    expect(chosenBy(now, false)).toEqual({'apt:x@1': ['d']});
    expect(now.patches[0]).toMatchObject({verdict: 'window'});
  });
  it('"no reboots tonight" leaves kernels', () => {
    const kernel = {packages: ['linux-image-6.1.0-41-amd64']};
    expect(verdict('', kernel)).toBe('over-effort');
    expect(verdict('effort: {reboots: when-needed}', kernel)).toBe('window');
  });
});

describe('the same decision, to the letter', () => {
  const patches = [patch('x', {exploited}), patch('yy')];
  const text = 'deadlines: {medium: 30}';
  const fleet = [host('a', {exposure: 'internal'})];
  const made = (...given: Partial<Parameters<typeof decided>>): string =>
    JSON.stringify(decided(given[0] ?? text, given[1] ?? patches, {hosts: fleet, ...given[2]}));
  it('comes of the same scans, feeds, policy, inventory and time', () => expect(made()).toBe(made()));
  it.each<[string, Parameters<typeof decided>[2]]>([
    ['time', {at: now + 86_400_000}],
    ['route', {route: 'window'}],
    ['risk in the inventory', {hosts: [host('a', {exposure: 'internet'})]}],
    ['feed', {ranking: {feeds: {debian: 'e'.repeat(64)}}}],
    ['changelog', {ranking: {changelogs: 'f'.repeat(64)}}],
  ])('and another of another %s', (_, stated) => {
    expect(made(text, patches, stated)).not.toBe(made());
  });
});

describe('the file', () => {
  const mistakesIn = (text: string): string[] => {
    try {
      parsePolicy(text, 'p.yaml');
      return [];
    } catch (error) {
      if (!(error instanceof PatchdeckError)) throw error;
      return error.message.split('\n').slice(1);
    }
  };
  it('has every mistake said at once, each with line and column', () => {
    const text = [
      'policy: weekly',
      'select: {minScor: 4, security: maybe}',
      'deadlines:',
      '  high: soon',
      '  low: -1',
      'approve: {severity: hihg}',
      'exceptions:',
      '  - {cve: CVE-1, reason: r, owner: o, mitigation: m, expires: later}',
      '  - {reason: r, owner: o, mitigation: m, expires: 2026-12-31}',
      'policy: again',
    ].join('\n');
    expect(mistakesIn(text)).toEqual([
      'p.yaml:2:10: unknown key "minScor" in "select"; did you mean "minScore"?',
      'p.yaml:2:32: "select.security" cannot be "maybe"; it has to be true or false',
      'p.yaml:4:9: "deadlines.high" cannot be "soon"; it has to be a number',
      'p.yaml:5:8: "deadlines.low" cannot be -1; at least 0',
      'p.yaml:6:21: "approve.severity" cannot be "hihg"; allowed: critical, high, medium, low, negligible',
      'p.yaml:8:11: "exceptions.0.cve" cannot be "CVE-1"; a CVE id, as CVE-2026-1234',
      'p.yaml:8:63: "exceptions.0.expires" cannot be "later"; a day, as "2026-12-31"',
      'p.yaml:9:5: "exceptions.1" cannot be {reason, owner, mitigation, expires}; say either "cve" or "package"',
      'p.yaml:10:1: "policy" is there twice in one map; keep one',
    ]);
  });
  it.each([
    ['', '1:1: the file is no map'],
    ['- a', '1:1: the file is no map'],
    ['select: {}', '1:1: "policy" is missing'],
    ['policy: [', 'this is not YAML'],
    [`policy: ${'['.repeat(20_000)}`, 'nested too deep'],
    [
      'a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\npolicy: [*c,*c,*c,*c]',
      'unknown key',
    ],
  ])('cannot be %j', (text, why) => {
    expect(mistakesIn(text)[0]).toContain(why);
  });
  it('has no host scanned shallowly that faces the internet, or on which much hangs', () => {
    expect(
      mistakesIn('policy: x\nscan: {shallow: {criticality: high, exposure: internet, data: public}}'),
    ).toEqual([
      'p.yaml:2:31: "scan.shallow.criticality" cannot be "high"; allowed: low, medium',
      'p.yaml:2:47: "scan.shallow.exposure" cannot be "internet"; allowed: isolated, internal',
      'p.yaml:2:57: unknown key "data" in "scan.shallow"; allowed: criticality, exposure',
    ]);
  });
  it('reads as a document for people', () => {
    const text = [
      'policy: Weekly',
      'select: {minScore: 40, exclude: ["mysql*"]}',
      'window: Sunday 02:00-05:00 Europe/Berlin',
      'outsideWindow: refuse',
      'deadlines: {exploited: 3, critical: 7}',
      'approve: {severity: medium, maxHosts: 20}',
      'effort: {maxHosts: 20}',
      'scan: {shallow: {criticality: medium, exposure: internal}}',
      'exceptions: [{package: php8.2, reason: breaks the shop., owner: A. Ops, mitigation: WAF rule 7., expires: 2026-12-31}]',
    ].join('\n');
    const document = policyDocument(parsePolicy(text, 'p.yaml'), 'p.yaml', 'abc');
    for (const line of [
      '# Weekly',
      '- Those of low risk shallowly: of criticality low or medium, and isolated or internal, both stated in the inventory. Their lists are taken as they are, and nothing is planned there before a whole scan.',
      '- With a score of at least 40; what has no score stays in.',
      '- Never mysql*.',
      '- The rest in the next window: Sunday 02:00-05:00 Europe/Berlin.',
      '- While no window is open, the rest is not planned.',
      '- Exploited: 3 days, or the day that CISA sets when that is earlier.',
      '- Nobody, when the severity is known and no worse than medium, on at most 20 hosts, and no reboot is needed.',
      '- At most 20 hosts; what matters most goes first.',
      '- No reboots: kernels wait.',
      '- php8.2: breaks the shop. Meanwhile: WAF rule 7. Until 2026-12-31; A. Ops answers for it.',
    ]) {
      expect(document.split('\n')).toContain(line);
    }
  });
});
