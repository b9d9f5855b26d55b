import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, describe, expect, it, test} from 'vitest';
import {yum} from '../../src/managers/yum/yum.ts';
import {nextStep, type Change, type Update} from '../../src/model/package.ts';
import {reversed, sameChanges} from '../../src/rollout/state-proof.ts';
import {fixture} from '../fixtures/fixture.ts';
import {makeStubs, type Stubs} from './stub-programs.ts';

const answer = (name: string): Buffer => fixture(`by-document/yum/${name}.txt`);
const said = ({name, arch, from, to}: Change): string => `${name}.${arch} ${from ?? '-'} ${to ?? '-'}`;

describe('what is pending on a host with yum (doc: yum 3.4.3)', () => {
  const updates = yum.pending.parse(answer('yum.pending/every-class'));
  const of = (name: string): Update | undefined => updates.find(update => update.name === name);

  it('has everything newer, each with its class', () => {
    expect(Object.fromEntries(updates.map(update => [update.name, update.notInstalled]))).toEqual({
      'bind-libs': undefined,
      broken: 'broken-dependency',
      excl: 'excluded',
      held: 'held',
      kernel: undefined,
      renamed: 'needs-new-or-removed',
      third: 'third-party',
      tzdata: undefined,
    });
    expect(nextStep('held', 'yum')).toContain('(yum versionlock delete)');
  });

  it('has what its repositories say of it; of one that has no advisories nobody knows', () => {
    expect(of('bind-libs')).toEqual({
      manager: 'yum',
      name: 'bind-libs',
      arch: 'x86_64',
      installed: '32:9.11.4-26.P2.el7',
      candidate: '32:9.11.4-26.P2.el7_9.5',
      source: 'bind',
      sourceVersion: '32:9.11.4-26.P2.el7_9.5',
      origin: 'updates',
      security: true,
      advisories: [{id: 'RHSA-2021:1469', severity: 'high', cves: ['CVE-2021-25215']}],
      bytes: 158_220,
    });
    expect(of('kernel')?.advisories).toMatchObject([{id: 'RHSA-2021:1071', reboot: true}]);
    expect(of('tzdata')).toMatchObject({security: false, advisories: [{id: 'RHEA-2021:3790'}]});
    expect(of('third')).toMatchObject({security: null, origin: 'acme'});
  });

  it('is unknown, not nothing, where there are no lists', () => {
    expect(() => yum.pending.parse(answer('yum.pending/refused-no-lists'))).toThrow(
      /yum refused: Cannot retrieve repository metadata/,
    );
  });
});

describe('what yum would do (doc: yum 3.4.3)', () => {
  const plan = yum.simulate.parse(answer('yum.simulate/upgrades-a-new-dependency-and-a-kernel'));

  it('is all that comes and goes, and a kernel beside the one that is there', () => {
    expect(plan.refused).toBeUndefined();
    expect(plan.changes.map(said)).toEqual([
      'gone.noarch 1.0-1 -',
      'kernel.x86_64 - 3.10.0-1160.25.1.el7',
      'libs.x86_64 1:1.0-1 1:1.1-1',
      'newdep.noarch 1.0-1 1.1-1',
      'newdep-lib.noarch - 1.1-1',
      'renamed.noarch - 2.0-1',
    ]);
    expect(plan.changes.find(({name}) => name === 'kernel')).toMatchObject({manager: 'yum', beside: true});
  });

  it('is the same from the staged files, and the way back its exact reverse', () => {
    const staged = yum.simulateStaged.parse(answer('yum.simulate-staged/the-plan'));
    expect(sameChanges(staged.changes, plan.changes)).toBe(true);
    const undo = yum.simulateUndo.parse(answer('yum.simulate-undo/the-reverse'));
    expect(sameChanges(undo.changes, reversed(plan.changes))).toBe(true);
  });

  test.each([
    ['refused-held', /held 1\.1-1 is not offered any more/],
    ['refused-dependency', /broken-1\.1-1\.noarch requires nowhere/],
    ['left-out-in-silence', /would not be installed, and yum does not say why/],
    ['another-yum', /its yum is another/],
  ])('is nothing where it refuses: %s', (name, words) => {
    expect(yum.simulate.parse(answer(`yum.simulate/${name}`))).toEqual({
      changes: [],
      refused: expect.stringMatching(words) as string,
    });
  });
});

describe('what a host with yum has (doc: yum 3.4.3)', () => {
  it('is fresh lists only when no repository is dead, each of which is named', () => {
    expect(yum.refresh.parse(answer('yum.refresh/fresh'))).toEqual({fresh: true, failures: []});
    expect(yum.refresh.parse(answer('yum.refresh/one-dead-repository'))).toMatchObject({
      fresh: false,
      failures: [expect.stringMatching(/^acme: failure: repodata\/repomd\.xml/) as string],
    });
  });

  it('is installed packages, those of others, dependencies and holds', () => {
    expect(yum.installed.parse(answer('yum.installed/several'))).toMatchObject([
      {manager: 'yum', name: 'bind-libs', version: '32:9.11.4-26.P2.el7', source: 'bind'},
      {name: 'web', version: '1.0-1'},
    ]);
    expect(yum.foreign.parse(answer('yum.foreign/one-of-another'))).toEqual([
      {name: 'third', origin: 'Acme Tools'},
    ]);
    expect(yum.marks.parse(answer('yum.marks/a-dependency-and-a-lock'))).toEqual({
      automatic: ['libs:x86_64'],
      held: ['held'],
    });
  });

  it('is staged files, room where the lists know it, complaints and kept configuration', () => {
    const {fresh, previous, gone} = yum.staged.parse(answer('yum.staged/new-and-gone'));
    expect([fresh.length, previous.length]).toEqual([1, 0]);
    expect(gone).toEqual([{name: 'libs', arch: 'x86_64', version: '1:1.0-1'}]);
    expect(yum.room.parse(answer('yum.room/known'))).toBe(42_142);
    expect(yum.room.parse(answer('yum.room/unknown'))).toBeUndefined();
    expect(yum.complaints.parse(answer('yum.complaints/a-scriptlet-failed'))).toMatchObject([{name: 'post'}]);
    expect(yum.changedConfiguration.parse(answer('yum.changed-configuration/kept-beside'))).toEqual([
      '/etc/web.conf.rpmnew',
    ]);
  });
});

test('how far yum is stands in the lines of its own job (doc: yum 3.4.3)', () => {
  const lines = answer('log/install').toString().split('\n').slice(1);
  expect(lines.flatMap(line => yum.progress(line) ?? []).map(({percent}) => percent)).toEqual([0, 25, 100]);
});

describe('where yum is asked (doc: yum 3.4.3)', () => {
  let stubs: Stubs | undefined;
  afterEach(async () => stubs?.remove());

  it('is only where it is yum itself: the dnf of a later release that answers to its name is none', async () => {
    stubs = await makeStubs({rpm: 'web\n'});
    const ask = `if ${yum.shell.present}; then echo there; else echo none; fi`;
    expect((await stubs.run(ask)).stdout).toBe('there\n');
    // As RHEL 8 has it: a link to a program of dnf.
    await mkdir(join(stubs.folder, 'bin'));
    await writeFile(
      join(stubs.folder, 'bin/yum'),
      '#!/usr/libexec/platform-python\nfrom dnf.cli import main\n',
      {mode: 0o755},
    );
    const {stdout} = await stubs.run(`PATH=$PWD/bin:$PATH; ${ask}`);
    expect(stdout).toBe('none\n');
  });

  it('asks systemd of a unit in words that systemd 219 knows, and rpm whose its file is', async () => {
    stubs = await makeStubs({rpm: 'web\n', systemctl: 'FragmentPath=/usr/lib/systemd/system/web.service\n'});
    const {stdout} = await stubs.run(yum.owners.script({unit: 'web.service'}).text);
    expect(yum.owners.parse(Buffer.from(stdout))).toContain('web');
    const calls = await stubs.calls();
    expect(calls.find(({program}) => program === 'systemctl')?.args).not.toContain('--value');
    expect(calls.find(({program}) => program === 'rpm')?.args).toContain(
      '/usr/lib/systemd/system/web.service',
    );
  });

  it('wants a reboot after the packages that needs-restarting names, installed since the boot (doc: yum-utils 1.1.31)', async () => {
    const later = Math.ceil(Date.now() / 1000) + 60;
    stubs = await makeStubs({
      rpm: `glibc ${later}\nkernel ${later}\nsystemd 1357000000\nkernel ${later}\npackage udev is not installed\n`,
    });
    expect((await stubs.run(yum.shell.rebootWanted)).stdout).toBe('glibc\nkernel\n');
    const asked = (await stubs.calls()).filter(({args}) => args.includes('openssl-libs'));
    expect(asked).toHaveLength(1);
  });

  it('does not say that no reboot is wanted where rpm tells nothing of its packages', async () => {
    stubs = await makeStubs();
    await mkdir(join(stubs.folder, 'bin'));
    await writeFile(
      join(stubs.folder, 'bin/rpm'),
      '#!/bin/sh\ncase $1 in -qa) echo web ;; *) exit 1 ;; esac\n',
      {mode: 0o755},
    );
    const {stdout} = await stubs.run(`PATH=$PWD/bin:$PATH; ${yum.shell.rebootWanted}`);
    expect(stdout).toMatch(/^\? rpm does not tell/);
  });

  it('never copies a folder that rpm does not call its database', async () => {
    stubs = await makeStubs({rpm: '\n'});
    // Where this fails, it is not this machine that is copied.
    await mkdir(join(stubs.folder, 'bin'));
    await writeFile(join(stubs.folder, 'bin/cp'), '#!/bin/sh\n: > COPIED\n', {mode: 0o755});
    const script = yum.simulateUndo.script({directory: stubs.folder, changes: [], previous: [], fresh: []});
    expect((await stubs.run(`PATH=$PWD/bin:$PATH\n${script.text}`)).code).toBe(1);
    expect(await stubs.files()).toEqual(['bin']);
  });
});
