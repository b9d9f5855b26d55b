import {describe, expect, it, test} from 'vitest';
import {facts} from '../../src/hosts/facts.ts';
import {preflight} from '../../src/hosts/preflight.ts';
import {apk} from '../../src/managers/apk/apk.ts';
import {isSettled, type Update} from '../../src/model/package.ts';
import {fixture} from '../fixtures/fixture.ts';

const answer = (name: string): Buffer => fixture(`by-document/apk/${name}.txt`);
const log = (name: string): string[] => answer(`log/${name}`).toString().split('\n').slice(1);

describe('what is pending on an Alpine (doc: apk-tools 2.14.10)', () => {
  const updates = apk.pending.parse(answer('apk.pending/held-broken-in-the-way-and-third-party'));
  const named = (name: string): Update | undefined => updates.find(update => update.name === name);

  it('each update has its source, where it comes from and its size; whether it is security nobody says', () => {
    expect(named('libssl3')).toEqual({
      manager: 'apk',
      name: 'libssl3',
      arch: 'x86_64',
      installed: '3.3.0-r2',
      candidate: '3.3.2-r0',
      source: 'openssl',
      sourceVersion: '3.3.2-r0',
      origin: 'https://mirror.example/alpine/v3.20/main',
      security: null,
      bytes: 918,
    });
  });

  it('each that would not be installed has its class: one that is refused does not spoil the others', () => {
    expect(Object.fromEntries(updates.map(update => [update.name, update.notInstalled]))).toEqual({
      'busybox-extras': undefined,
      libcrypto3: undefined,
      libssl3: undefined,
      comm: undefined,
      conf: undefined,
      newdep: undefined,
      postfail: undefined,
      'py-tool': undefined,
      'linux-lts': undefined,
      web: undefined,
      held: 'held',
      'broken-dep': 'broken-dependency',
      conflicts: 'needs-new-or-removed',
      acme: 'third-party',
      // Alpine's, and of another release.
      edgy: 'third-party',
    });
  });

  it('nothing is nothing', () => {
    expect(apk.pending.parse(answer('apk.pending/nothing'))).toEqual([]);
  });

  it('an answer that was cut short, a line that is no update, and a refusal for no update are errors', () => {
    const whole = answer('apk.pending/held-broken-in-the-way-and-third-party').toString();
    expect(() => apk.pending.parse(Buffer.from(whole.slice(0, -8)))).toThrow(/cut short/);
    const odd = whole.replace('held-1.1-r0 x86_64', 'held x86_64');
    expect(() => apk.pending.parse(Buffer.from(odd))).toThrow(/is no update/);
    const without = whole.replaceAll(/@@ each\n[^]*@@ policy/g, '@@ each\n@@ policy');
    expect(() => apk.pending.parse(Buffer.from(without))).toThrow(/apk refuses/);
  });
});

describe('what an apk would do (doc: apk-tools 2.14.10)', () => {
  const planned = apk.simulate.parse(answer('apk.simulate/upgrades-and-a-new-dependency'));

  it('the exact versions, and what comes with them', () => {
    expect(planned.refused).toBeUndefined();
    expect(
      planned.changes.map(({name, arch, from, to}) => `${name}:${arch} ${from ?? '-'} ${to ?? '-'}`),
    ).toEqual([
      'conf:x86_64 1.0-r0 1.1-r0',
      'edgy:x86_64 1.0-r0 1.1-r0',
      'libcrypto3:x86_64 3.3.0-r2 3.3.2-r0',
      'libssl3:x86_64 3.3.0-r2 3.3.2-r0',
      'newdep-lib:x86_64 - 1.1-r0',
      'newdep:x86_64 1.0-r0 1.1-r0',
    ]);
  });

  it('from the staged files it is the same; with one of them missing it is refused', () => {
    expect(apk.simulateStaged.parse(answer('apk.simulate-staged/the-plan'))).toEqual(planned);
    expect(apk.simulateStaged.parse(answer('apk.simulate-staged/one-file-less')).refused).toMatch(
      /^unable to select packages: newdep-lib-1\.1-r0: masked in: --no-network/,
    );
  });

  it('the way back is the exact reverse', () => {
    const {changes, refused} = apk.simulateUndo.parse(answer('apk.simulate-undo/the-reverse'));
    expect(refused).toBeUndefined();
    const reverse = planned.changes.map(change => ({...change, from: change.to, to: change.from}));
    expect(new Set(changes.map(change => JSON.stringify(change)))).toEqual(
      new Set(reverse.map(change => JSON.stringify(change))),
    );
  });

  it('what needs what is nowhere is refused, in its own words', () => {
    expect(apk.simulate.parse(answer('apk.simulate/needs-what-is-nowhere'))).toEqual({
      changes: [],
      refused:
        'unable to select packages: so:libnowhere.so.1 (no such package): required by: broken-dep-2.0-r0[so:libnowhere.so.1]',
    });
  });

  it('a package that is broken already is counted as an error by apk, and refuses nothing', () => {
    expect(apk.simulate.parse(answer('apk.simulate/beside-a-broken-package'))).toMatchObject({
      changes: [{name: 'web', from: '1.0-r0', to: '1.1-r0'}],
      refused: undefined,
    });
  });

  it('another build of the same version is refused: nothing could prove which of the two is there', () => {
    const lines =
      '@@ simulation\n(1/1) Replacing web (1.0-r0 -> 1.0-r0)\nOK: 1 MiB in 9 packages\n@@ code\n0\n@@ arch\nx86_64\n@@ end\n';
    expect(apk.simulate.parse(Buffer.from(lines))).toMatchObject({
      changes: [],
      refused: expect.stringMatching(/another build/) as string,
    });
  });
});

describe('what an Alpine has (doc: apk-tools 2.14.10)', () => {
  const installed = (name: string) => apk.installed.parse(answer(`apk.installed/${name}`));

  it('a package whose script failed is installed, and not settled, until it went back', () => {
    const state = (name: string) => installed(name).find(item => item.name === 'postfail');
    expect(state('a-script-failed')).toMatchObject({version: '1.1-r0', status: 'broken'});
    expect(
      installed('a-script-failed')
        .filter(item => !isSettled(item))
        .map(({name}) => name),
    ).toEqual(['postfail']);
    expect(state('a-script-failed-and-undone')).toMatchObject({version: '1.0-r0', status: 'installed'});
    expect(preflight.parse(answer('host.preflight/a-script-failed')).blocked).toEqual([
      'postfail is half-installed: mend it with apk fix first',
    ]);
  });

  it('holds are what the world pins to a version; what nobody asked for by name is automatic', () => {
    const marks = {automatic: ['libcrypto3'], held: ['held']};
    expect(apk.marks.parse(answer('apk.marks/a-dependency-and-a-pin'))).toEqual(marks);
    expect(facts.parse(answer('host.facts/alpine'))).toMatchObject({...marks, managers: ['apk'], broken: []});
  });

  it('packages of others, and of another release of Alpine, are foreign; one that its release has newer is not', () => {
    expect(apk.foreign.parse(answer('apk.foreign/two-of-others'))).toEqual([
      {name: 'acme', origin: 'https://mirror.example/acme'},
      {name: 'edgy', origin: 'https://mirror.example/alpine/edge/main'},
    ]);
  });

  it('staged files have their sums and sources, and fill what the indexes say', () => {
    const {fresh, previous, gone} = apk.staged.parse(answer('apk.staged/new-and-old'));
    expect(fresh.map(({file}) => file)).toContain('newdep-lib-1.1-r0.apk');
    expect(previous.map(({name, version, source}) => `${name} ${version} ${source}`)).toContain(
      'libssl3 3.3.0-r2 cache',
    );
    expect([fresh.length, previous.length, gone.length]).toEqual([6, 5, 0]);
    expect(apk.room.parse(answer('apk.room/known'))).toBe(30_122);
    const unsized = answer('apk.room/known').toString().replace('conf\t1.1-r0\t982', 'conf\t1.0-r9\t982');
    expect(apk.room.parse(Buffer.from(unsized))).toBeUndefined();
  });

  it('a configuration file that was kept leaves the new one beside it, and undo takes that away', () => {
    expect(apk.changedConfiguration.parse(answer('apk.changed-configuration/kept-beside'))).toEqual([
      '/etc/conf/conf.conf.apk-new',
    ]);
    expect(apk.changedConfiguration.parse(answer('apk.changed-configuration/as-before'))).toEqual([]);
  });
});

describe('package lists of an Alpine (doc: apk-tools 2.14.10)', () => {
  it('one dead repository among others and nothing after it is fresh', () => {
    expect(apk.refresh.parse(answer('apk.refresh/fresh'))).toEqual({fresh: true, failures: []});
    expect(apk.refresh.parse(answer('apk.refresh/one-dead-repository'))).toEqual({
      fresh: false,
      failures: ['WARNING: updating https://mirror.example/acme: No such file or directory'],
    });
  });

  it('are fetched however young they are: apk update alone says OK and fetches nothing for four hours', () => {
    expect(apk.refresh.script(undefined).text).toMatch(/apk [^\n]*--update-cache update/);
  });
});

test('how far an apk is stands in its own lines (doc: apk-tools 2.14.10)', () => {
  const seen = log('install').flatMap(line => apk.progress(line) ?? []);
  expect(seen[0]).toEqual({
    percent: expect.closeTo(16.7, 1) as number,
    line: 'Upgrading conf (1.0-r0 -> 1.1-r0)',
  });
  expect(seen.at(-1)).toMatchObject({percent: 100, line: 'Upgrading newdep (1.0-r0 -> 1.1-r0)'});
  expect(
    log('undo')
      .flatMap(line => apk.progress(line) ?? [])
      .at(-1),
  ).toMatchObject({percent: 100});
  expect(apk.progress('ERROR: web-1.1-r0: No space left on device')).toEqual({
    line: 'ERROR: web-1.1-r0: No space left on device',
  });
  expect(apk.progress('OK: 0 MiB in 17 packages')).toBeUndefined();
});

describe('apk 3, of Alpine 3.23 (doc: apk-tools 3.0.6)', () => {
  const changed = (changes: readonly {name: string}[]): string[] => changes.map(({name}) => name).sort();
  const planned = apk.simulate.parse(answer('apk.simulate/apk-3-eighteen-changes'));

  it('fills its numbers with blanks from ten changes on: the first nine are not lost', () => {
    expect(answer('apk.simulate/apk-3-eighteen-changes').toString()).toContain(
      '( 1/18) Upgrading busybox-extras (1.37.0-r5 -> 1.37.0-r7)\n',
    );
    expect(planned.refused).toBeUndefined();
    expect(planned.changes).toHaveLength(18);
    expect(planned.changes[0]).toMatchObject({name: 'busybox-extras', from: '1.37.0-r5', to: '1.37.0-r7'});
    expect(apk.simulateStaged.parse(answer('apk.simulate-staged/apk-3-eighteen-changes'))).toEqual(planned);
    const back = apk.simulateUndo.parse(answer('apk.simulate-undo/apk-3-eighteen-changes'));
    expect(back.refused).toBeUndefined();
    expect(changed(back.changes)).toEqual(changed(planned.changes));
    const seen = log('apk-3-install').flatMap(line => apk.progress(line) ?? []);
    expect(seen[0]?.percent).toBeCloseTo(100 / 18);
    expect(seen.at(-1)?.percent).toBe(100);
  });

  it('each update that would not be installed has its class, as of apk 2', () => {
    const updates = apk.pending.parse(answer('apk.pending/apk-3-every-class'));
    expect(updates).toHaveLength(22);
    expect(
      Object.fromEntries(
        updates.flatMap(({name, notInstalled: why}) => (why === undefined ? [] : [[name, why]])),
      ),
    ).toEqual({
      held: 'held',
      'broken-dep': 'broken-dependency',
      conflicts: 'needs-new-or-removed',
      acme: 'third-party',
      edgy: 'third-party',
    });
    expect(updates.find(({name}) => name === 'web')).toMatchObject({
      candidate: '1.1-r0',
      origin: 'https://mirror.example/alpine/v3.23/main',
      bytes: expect.any(Number) as number,
    });
  });

  it('what it has, what failed in it, what others brought, what was staged and kept is read as of apk 2', () => {
    const broken = apk.installed
      .parse(answer('apk.installed/apk-3-a-script-failed'))
      .filter(item => !isSettled(item));
    expect(broken.map(({name}) => name)).toEqual(['postfail']);
    expect(changed(apk.foreign.parse(answer('apk.foreign/apk-3-two-of-others')))).toEqual(['acme', 'edgy']);
    const {fresh, previous, gone} = apk.staged.parse(answer('apk.staged/apk-3-new-and-old'));
    expect([fresh.length, previous.length, gone.length]).toEqual([18, 17, 0]);
    expect(apk.changedConfiguration.parse(answer('apk.changed-configuration/apk-3-kept-beside'))).toEqual([
      '/etc/conf/conf.conf.apk-new',
    ]);
  });

  it('one dead repository and nothing after it is fresh', () => {
    expect(apk.refresh.parse(answer('apk.refresh/apk-3-one-dead-repository'))).toEqual({
      fresh: false,
      failures: [expect.stringMatching(/^WARNING: updating and opening .*nowhere.*404/) as string],
    });
  });
});

it.each([
  '(1/2) Relocating web (1.0-r0 -> 1.1-r0)',
  '(?) Upgrading web (1.0-r0 -> 1.1-r0)',
  '(1/2) Upgrading web',
])(
  'an apk that says "%s" is not believed: a change that was passed over would be made all the same',
  line => {
    const lines = `@@ simulation\n${line}\nOK: 1 MiB in 9 packages\n@@ code\n0\n@@ arch\nx86_64\n@@ end\n`;
    expect(() => apk.simulate.parse(Buffer.from(lines))).toThrow(/is no change/);
  },
);
