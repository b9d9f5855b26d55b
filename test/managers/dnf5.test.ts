import {describe, expect, it, test} from 'vitest';
import {dnf5} from '../../src/managers/dnf5/dnf5.ts';
import type {Change} from '../../src/model/package.ts';
import {fixture} from '../fixtures/fixture.ts';
import {makeStubs} from './stub-programs.ts';

const answer = (name: string): Buffer => fixture(`by-document/dnf5/${name}.txt`);
const log = (name: string): string[] => answer(`log/${name}`).toString().split('\n').slice(1);
const said = ({name, arch, from, to}: Change): string => `${name}.${arch} ${from ?? '-'} ${to ?? '-'}`;

describe('what is pending on a Fedora with dnf5 (doc: dnf5 5.4.6.0)', () => {
  const whole = answer('dnf5.pending/held-excluded-broken-obsoleting-and-third-party').toString();
  const updates = dnf5.pending.parse(Buffer.from(whole));
  const named = (name: string) => updates.filter(update => update.name === name);

  it('a security update has its advisory, CVEs, source and size; one of a repository without advisories is unknown', () => {
    expect(named('web')).toEqual([
      {
        manager: 'dnf5',
        name: 'web',
        arch: 'noarch',
        installed: '1.0-1',
        candidate: '1.1-1',
        source: 'web',
        sourceVersion: '1.1-1',
        origin: 'repo',
        security: true,
        advisories: [{id: 'LAB-2026-1', severity: 'high', cves: ['CVE-2026-1111', 'CVE-2026-2222']}],
        bytes: 6442,
      },
    ]);
    expect(named('libs')).toMatchObject([
      {candidate: '1:1.1-1', security: false, origin: 'repo', advisories: [{id: 'LAB-2026-2'}]},
    ]);
    expect(named('third')).toMatchObject([{security: null}]);
    expect(named('third')[0]?.advisories).toBeUndefined();
  });

  it('each that would not be installed has its class', () => {
    expect(Object.fromEntries(updates.map(update => [update.name, update.notInstalled]))).toEqual({
      broken: 'broken-dependency',
      excl: 'excluded',
      held: 'held',
      libs: undefined,
      newdep: undefined,
      old: undefined,
      post: undefined,
      third: 'third-party',
      user: undefined,
      web: undefined,
      // It takes the place of `gone`, which goes.
      renamed: 'needs-new-or-removed',
    });
    expect(named('renamed')).toMatchObject([{installed: null, candidate: '2.0-1'}]);
  });

  it('nothing is nothing; what was cut short, and a table or advisories that are none, are errors', () => {
    expect(dnf5.pending.parse(answer('dnf5.pending/nothing'))).toEqual([]);
    expect(() => dnf5.pending.parse(Buffer.from(whole.slice(0, -8)))).toThrow(/cut short/);
    const odd =
      (from: string, to: string): (() => unknown) =>
      () =>
        dnf5.pending.parse(Buffer.from(whole.replace(from, to)));
    expect(odd('Upgrading:', 'Transmogrifying:')).toThrow(/no part of a transaction/);
    expect(odd('   replacing libs', '   replacing')).toThrow(/no line of a transaction/);
    expect(odd('"Name":"LAB-2026-1",', '')).toThrow(/advisories/);
  });
});

describe('what a dnf5 would do (doc: dnf5 5.4.6.0)', () => {
  const planned = dnf5.simulate.parse(
    answer('dnf5.simulate/upgrades-a-new-dependency-and-what-takes-anothers-place'),
  );

  it('the exact versions, and all that comes and goes with them', () => {
    expect(planned.refused).toBeUndefined();
    expect(planned.changes.map(said).sort()).toEqual([
      'gone.noarch 1.0-1 -',
      'libs.x86_64 1:1.0-1 1:1.1-1',
      'newdep-lib.noarch - 1.1-1',
      'newdep.noarch 1.0-1 1.1-1',
      'post.noarch 1.0-1 1.1-1',
      'renamed.noarch - 2.0-1',
      'user.x86_64 1.0-1 1.1-1',
      'web.noarch 1.0-1 1.1-1',
    ]);
  });

  it('from the staged files it is the same, and the way back is the exact reverse', () => {
    const staged = dnf5.simulateStaged.parse(answer('dnf5.simulate-staged/the-plan'));
    expect([staged.refused, staged.changes.map(said).sort()]).toEqual([
      undefined,
      planned.changes.map(said).sort(),
    ]);
    const back = dnf5.simulateUndo.parse(answer('dnf5.simulate-undo/the-reverse'));
    const reverse = planned.changes.map(change => ({...change, from: change.to, to: change.from}));
    expect([back.refused, back.changes.map(said).sort()]).toEqual([undefined, reverse.map(said).sort()]);
  });

  test.each([
    ['dnf5.simulate/needs-what-is-nowhere', /nothing provides nowhere needed by broken-1\.1-1/],
    ['dnf5.simulate/held', /matches only packages excluded by versionlock/],
    ['dnf5.simulate/excluded', /matches only excluded packages/],
    ['dnf5.simulate/not-there', /No match for argument: nothere-1-1\.noarch/],
    ['dnf5.simulate-staged/one-file-less', /nothing provides newdep-lib needed by newdep-1\.1-1/],
  ])('%s is refused, in its own words', (name, words) => {
    expect(dnf5.simulate.parse(answer(name))).toMatchObject({
      changes: [],
      refused: expect.stringMatching(words) as string,
    });
  });

  it('what is there already is no change and no refusal; what would be skipped is one, whatever the code', () => {
    expect(dnf5.simulate.parse(answer('dnf5.simulate/nothing-to-do'))).toEqual({
      changes: [],
      refused: undefined,
    });
    const skipping =
      '@@ table\nPackage Arch Version Repository Size\nSkipping packages with broken dependencies:\n broken noarch 1.1-1   repo         0.0   B\n\nNothing to do.\n@@ said\n@@ installed\n@@ end\n';
    expect(dnf5.simulate.parse(Buffer.from(skipping)).refused).toBe('broken 1.1-1 would be skipped');
    expect(dnf5.simulate.parse(Buffer.from('@@ table\n@@ said\n@@ installed\n@@ end\n')).refused).toMatch(
      /says neither/,
    );
  });

  it('a kernel comes beside the one that is there, and takes away the oldest', () => {
    const table =
      '@@ table\nPackage Arch Version Repository Size\nInstalling:\n kernel-core x86_64 0:6.17-1 updates 1 MiB\nRemoving:\n kernel-core x86_64 0:6.15-1 updates 1 MiB\n\nTransaction Summary:\n@@ said\n@@ installed\nkernel-core:x86_64\nkernel-core:x86_64\n@@ end\n';
    expect(dnf5.simulate.parse(Buffer.from(table)).changes).toEqual([
      {manager: 'dnf5', name: 'kernel-core', arch: 'x86_64', from: null, to: '6.17-1', beside: true},
      {manager: 'dnf5', name: 'kernel-core', arch: 'x86_64', from: '6.15-1', to: null, beside: true},
    ]);
  });
});

describe('what a Fedora with dnf5 has (doc: dnf5 5.4.6.0)', () => {
  it('installed packages, with the epoch where there is one', () => {
    const installed = dnf5.installed.parse(answer('dnf5.installed/several'));
    expect(installed.find(({name}) => name === 'libs')).toMatchObject({
      manager: 'dnf5',
      version: '1:1.0-1',
      source: 'libs',
    });
    expect(installed).toHaveLength(12);
  });

  it("is one vendor's, but for what others packed; of one without a vendor nobody knows", () => {
    expect(dnf5.foreign.parse(answer('dnf5.foreign/two-of-others'))).toEqual([
      {name: 'third', origin: 'Acme Tools'},
      {name: 'own', origin: null},
    ]);
  });

  it('a lock of one version is a hold, one of a range is none; what an install adds becomes a dependency', () => {
    const held = ['held'];
    expect(dnf5.marks.parse(answer('dnf5.marks/a-dependency-and-a-lock'))).toEqual({
      automatic: ['libs:x86_64'],
      held,
    });
    expect(dnf5.marks.parse(answer('dnf5.marks/after-the-install'))).toEqual({
      automatic: ['libs:x86_64', 'newdep-lib:noarch'],
      held,
    });
  });

  it('a scriptlet that failed is complained of until its package went back', () => {
    expect(dnf5.complaints.parse(answer('dnf5.complaints/a-scriptlet-failed'))).toMatchObject([
      {name: 'post'},
    ]);
    expect(dnf5.complaints.parse(answer('dnf5.complaints/undone'))).toEqual([]);
  });

  it('staged files are named with their epoch, and fill what the lists say', () => {
    const {fresh, previous, gone} = dnf5.staged.parse(answer('dnf5.staged/new-and-old'));
    expect(fresh.map(({file}) => file)).toContain('libs_1%3a1.1-1_x86_64.rpm');
    expect([fresh.length, previous.length, gone.length]).toEqual([7, 6, 0]);
    expect(dnf5.room.parse(answer('dnf5.room/known'))).toBe(42_142);
    const unknown = answer('dnf5.room/known').toString().replace('@@ wanted\n7', '@@ wanted\n8');
    expect(dnf5.room.parse(Buffer.from(unknown))).toBeUndefined();
  });

  it('a configuration file that was kept leaves the new one beside it, and undo takes that away', () => {
    expect(dnf5.changedConfiguration.parse(answer('dnf5.changed-configuration/kept-beside'))).toEqual([
      '/etc/web.conf.rpmnew',
    ]);
    expect(dnf5.changedConfiguration.parse(answer('dnf5.changed-configuration/as-before'))).toEqual([]);
  });

  it('lists are not fresh when one repository is dead, of which dnf5 itself says nothing', () => {
    expect(dnf5.refresh.parse(answer('dnf5.refresh/fresh'))).toEqual({fresh: true, failures: []});
    expect(dnf5.refresh.parse(answer('dnf5.refresh/one-dead-repository'))).toMatchObject({
      fresh: false,
      failures: [expect.stringContaining('repository "third"') as string],
    });
  });

  it('a wish for a reboot with its packages; none; or unknown, where the plugin that says so is missing', async () => {
    const wish = async (said: string): Promise<string[]> => {
      const stubs = await makeStubs({dnf5: said, rpm: 'fedora-release\n'});
      const {stdout} = await stubs.run(dnf5.shell.rebootWanted);
      await stubs.remove();
      return stdout.split('\n').filter(line => line !== '');
    };
    const told = (wanted: boolean, packages: string): string =>
      `[\n  {\n    "type":"reboot",\n    "reboot_required":${String(wanted)},\n    "packages":[${packages}],\n    "documentation":"https://example.org"\n  }\n]\n`;
    expect(await wish(told(true, '\n      "glibc",\n      "systemd"\n    '))).toEqual(['glibc', 'systemd']);
    expect(await wish(told(false, ''))).toEqual([]);
    expect(await wish('')).toEqual([expect.stringMatching(/^\? dnf5's needs-restarting gives no answer/)]);
  });

  it('lists are not fresh where no repository is enabled, as on a RHEL that is not registered: dnf5 ends well', async () => {
    const listing = async (repositories: string) => {
      const stubs = await makeStubs({dnf5: repositories});
      const {stdout} = await stubs.run(dnf5.refresh.script(undefined).text);
      await stubs.remove();
      return dnf5.refresh.parse(Buffer.from(stdout));
    };
    expect(await listing('')).toEqual({fresh: false, failures: ['no repository is enabled']});
    expect(await listing('repo id repo name\nbaseos  BaseOS\n')).toEqual({fresh: true, failures: []});
  });
});

test('how far a dnf5 is stands in its own lines (doc: dnf5 5.4.6.0)', () => {
  const seen = log('install').flatMap(line => dnf5.progress(line) ?? []);
  expect(seen.find(({line}) => line.startsWith('Upgrading libs'))).toEqual({
    percent: 20,
    line: 'Upgrading libs-1:1.1-1.x86_64',
  });
  expect(seen.some(({line}) => line.includes('%post(post-1.1-1.noarch) scriptlet failed'))).toBe(true);
  expect(seen.at(-1)).toMatchObject({percent: 100});
});
