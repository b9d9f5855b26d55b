import {describe, expect, it} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import {nextStep} from '../../src/model/package.ts';
import type {Patch, Ranking} from '../../src/model/patch.ts';
import {choose, isInstallable, type Selection} from '../../src/policy/select.ts';

const patch = (source: string, stated: Partial<Patch> = {}): Patch => ({
  id: `apt:${source}@2`,
  manager: 'apt',
  source,
  version: '2',
  packages: [source],
  origin: 'Debian-Security:12',
  security: true,
  hosts: ['a', 'b'],
  notInstalled: [],
  cves: [],
  cveSource: 'changelog',
  exploited: [],
  score: 50,
  why: '',
  missing: [],
  ...stated,
});
const onBoth = (why: Patch['notInstalled'][number]['why']): Patch['notInstalled'] => [
  {host: 'a', why},
  {host: 'b', why},
];
const ranking: Ranking = {
  v: 1,
  at: '',
  inputs: [],
  patches: [
    patch('openssl', {score: 90, packages: ['libssl3', 'openssl'], cves: ['CVE-2026-1234']}),
    patch('linux', {score: 70, notInstalled: onBoth('needs-new-or-removed'), cves: ['CVE-2026-5']}),
    patch('nginx', {score: 60, notInstalled: [{host: 'a', why: 'held'}]}),
    patch('bind9', {score: 55, notInstalled: onBoth('held'), cves: ['CVE-2026-6']}),
    patch('acme', {score: null, security: false, notInstalled: onBoth('third-party')}),
    patch('tzdata', {score: 5, security: false}),
    patch('broken', {score: 80, notInstalled: onBoth('excluded'), cves: ['CVE-2026-7']}),
  ],
};
const chosen = (selection: Selection, blocked?: string): string =>
  choose(ranking, selection, new Map(blocked === undefined ? [] : [[blocked, 'bad']]))
    .map(id => /:(.*)@/.exec(id)?.[1])
    .join(' ');
const refusal = (selection: Selection, blocked?: string): string => {
  try {
    return `it chose ${chosen(selection, blocked)}`;
  } catch (error) {
    if (!(error instanceof PatchdeckError)) throw error;
    expect(error).toMatchObject({kind: 'input', code: 'plan.no-match'});
    expect(error.message).toMatch(/; nothing was chosen$/);
    return error.message;
  }
};

describe('what flags mean', () => {
  it.each<[Selection, string]>([
    [{}, ''],
    [{security: true}, 'openssl nginx'],
    [{all: true}, 'openssl nginx tzdata'],
    [{minScore: 60}, 'openssl nginx'],
    [{minScore: 61}, 'openssl'],
    [{security: true, minScore: 80}, 'openssl'],
    [{all: true, minScore: 1}, 'openssl nginx tzdata'],
    [{minScore: 0}, 'openssl nginx tzdata'],
    [{packages: ['tz*']}, 'tzdata'],
    [{packages: ['libssl3']}, 'openssl'],
    [{packages: ['tzdata'], security: true}, 'openssl nginx tzdata'],
    [{packages: ['{openssl,nginx}']}, 'openssl nginx'],
    [{cves: ['cve-2026-1234']}, 'openssl'],
    [{all: true, exclude: ['openssl']}, 'nginx tzdata'],
    [{all: true, exclude: ['*']}, ''],
  ])('%j chooses %j', (selection, expected) => {
    expect(chosen(selection)).toBe(expected);
  });

  it('--security means a point release that closes a hole too', () => {
    const curl = patch('curl', {security: false, cves: ['CVE-2026-8'], origin: 'Debian:12.13/oldstable'});
    const patches = [curl, patch('base-files', {security: false})];
    expect(choose({...ranking, patches}, {security: true})).toEqual(['apt:curl@2']);
  });

  it('--security means what may close a hole too: a repository without advisories does not say', () => {
    const patches = [patch('tool', {security: null, cves: []}), patch('base-files', {security: false})];
    expect(choose({...ranking, patches}, {security: true})).toEqual(['apt:tool@2']);
  });

  it("what needs more than a plain upgrade, or is a third party's, is chosen only when it is named", () => {
    expect(chosen({packages: ['linux', 'acme']})).toBe('linux acme');
    expect(chosen({cves: ['CVE-2026-5']})).toBe('linux');
    expect(chosen({packages: ['*'], exclude: ['openssl', 'nginx', 'tzdata']})).toBe('linux acme');
  });

  it('never chooses a blocked version', () => {
    expect(chosen({security: true}, 'apt:openssl@2')).toBe('nginx');
    expect(refusal({packages: ['openssl']}, 'apt:openssl@2')).toContain(
      '"openssl" cannot be chosen: apt:openssl@2 is blocked',
    );
  });
});

describe('a name that means nothing is an error', () => {
  it.each<[Selection, string]>([
    [{packages: ['opensll']}, '"opensll" is no package with a pending update (did you mean "openssl"?)'],
    [{packages: ['']}, '"" is no package'],
    [{packages: ['!openssl']}, '"!openssl" is no package'],
    [
      {all: true, exclude: ['ngnix']},
      '--exclude-package "ngnix" is no package with a pending update (did you mean "nginx"?)',
    ],
    [{cves: ['CVE-2026-9999']}, 'no pending update is known to fix CVE-2026-9999; nothing was chosen'],
    [{packages: ['bind9']}, '"bind9" cannot be chosen: apt:bind9@2 is held on a, b'],
    [{cves: ['CVE-2026-6']}, 'CVE-2026-6 cannot be chosen: apt:bind9@2 is held on a, b'],
    [{packages: ['broken']}, '"broken" cannot be chosen: apt:broken@2 is excluded on a, b'],
    [{packages: ['openssl'], exclude: ['openssl']}, 'is blocked or excluded'],
  ])('%j', (selection, expected) => {
    expect(refusal(selection)).toContain(expected);
  });

  it('says what to do about what keeps it', () => {
    let error: unknown;
    try {
      choose(ranking, {packages: ['bind9']});
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({next: nextStep('held', 'apt')});
  });

  it('says how much is not known when nobody is known to fix a CVE', () => {
    const unknown = {...ranking, patches: [patch('x', {cveSource: 'its changelog could not be read'})]};
    expect(() => choose(unknown, {cves: ['CVE-2026-1']})).toThrow(
      '(of 1 patches it is not known what they fix)',
    );
  });

  it('but nothing pending is nothing to choose, not a mistake', () => {
    expect(choose({...ranking, patches: []}, {security: true})).toEqual([]);
    expect(choose({...ranking, patches: []}, {all: true, minScore: 10})).toEqual([]);
  });
});

it('is installable when nothing keeps it on one host at least', () => {
  expect(ranking.patches.filter(isInstallable).map(each => each.source)).toEqual([
    'openssl',
    'nginx',
    'tzdata',
  ]);
});

it('never takes what has no score for enough of one, not even for 0', () => {
  const unscored = {...ranking, patches: [patch('acme', {score: null})]};
  expect(choose(unscored, {minScore: 0})).toEqual([]);
  expect(choose(unscored, {all: true})).toEqual(['apt:acme@2']);
});
