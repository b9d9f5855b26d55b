import {describe, expect, it} from 'vitest';
import {dnf4} from '../../src/managers/dnf4/dnf4.ts';
import {nextStep, type Update} from '../../src/model/package.ts';
import {reversed, sameChanges} from '../../src/rollout/state-proof.ts';
import {fixture, fixtureLines} from '../fixtures/fixture.ts';

/** dnf 4.14 and rpm 4.18 on a Debian 12 host of the lab, every answer as it came. */
const recorded = (path: string): Buffer => fixture(`debian-12-dnf4/${path}`);

describe('what dnf says is pending', () => {
  const updates = dnf4.pending.parse(recorded('dnf4.pending/every-class.txt'));
  const of = (name: string): Update | undefined => updates.find(update => update.name === name);

  it('has everything newer, each with its class, whether dnf would install it or not', () => {
    expect(Object.fromEntries(updates.map(({name, notInstalled}) => [name, notInstalled]))).toEqual({
      'pdrpm-config': undefined,
      'pdrpm-conflict': 'broken-dependency',
      'pdrpm-excluded': 'excluded',
      'pdrpm-held': 'held',
      'pdrpm-kernel': undefined,
      'pdrpm-new': 'needs-new-or-removed',
      'pdrpm-newdep': undefined,
      'pdrpm-postfails': undefined,
      'pdrpm-reboot': undefined,
      'pdrpm-thirdparty': 'third-party',
      'pdrpm-tool': undefined,
      'pdrpm-web': undefined,
    });
    expect(nextStep('held', 'dnf4')).toContain('dnf versionlock delete');
  });

  it('has what its repositories say of it: security, severity, CVEs, whether it wants a reboot', () => {
    expect(of('pdrpm-web')).toEqual({
      manager: 'dnf4',
      name: 'pdrpm-web',
      arch: 'x86_64',
      installed: '1.0-1',
      candidate: '1.1-1',
      source: 'pdrpm-web',
      sourceVersion: '1.1-1',
      origin: 'updates',
      security: true,
      advisories: [{id: 'LABSA-2026:20001', severity: 'high', cves: ['CVE-2026-20001']}],
      bytes: of('pdrpm-web')?.bytes,
    });
    expect(of('pdrpm-reboot')?.advisories).toEqual([
      {
        id: 'LABSA-2026:20009',
        severity: 'critical',
        cves: ['CVE-2026-20009', 'CVE-2026-20010'],
        reboot: true,
      },
    ]);
    expect(of('pdrpm-tool')).toMatchObject({security: false, installed: '1:1.0~rc1-1', candidate: '1:1.0-1'});
  });

  it('never calls "no security fix" what comes from a repository without advisories', () => {
    expect(of('pdrpm-thirdparty')).toMatchObject({security: null, origin: 'acme'});
    expect(of('pdrpm-thirdparty')).not.toHaveProperty('advisories');
  });

  it('is what an advisory of its own says it is, also where advisories are not of all', () => {
    const update = 'update\ttool\tnoarch\t1\t2\t-\tbase\t-\t1\t-\n';
    const of = (advisories: string): Update[] =>
      dnf4.pending.parse(Buffer.from(`@@ updates\n${update}${advisories}@@ end\n`));
    expect(of('')).toMatchObject([{security: null}]);
    expect(of('advisory\tRLBA-1\tother\t-\t-\t-\n')).toMatchObject([{security: false}]);
    const both = of('advisory\tRLSA-2\tsecurity\t-\t-\t-\nadvisory\tRLBA-1\tother\t-\t-\t-\n');
    expect(both).toMatchObject([{security: true, advisories: [{id: 'RLSA-2'}, {id: 'RLBA-1'}]}]);
  });

  it('is unknown, not nothing, where there are no lists', () => {
    expect(() => dnf4.pending.parse(recorded('dnf4.pending/refused-no-lists.txt'))).toThrow(
      "dnf refused: Cache-only enabled but no cache for 'base'",
    );
  });

  it('is refused whole for a line that is none', () => {
    const bad = ['advisory\tX\tsecurity\t-\t-', 'update\t$(x)\tnoarch\t1\t2\t-\tbase\t-\t1\t-', 'nonsense'];
    for (const line of bad)
      expect(() => dnf4.pending.parse(Buffer.from(`@@ updates\n${line}\n@@ end\n`))).toThrow(
        'cannot be believed',
      );
  });
});

describe('what dnf would do', () => {
  const plan = dnf4.simulate.parse(recorded('dnf4.simulate/adds-replaces-and-kernel.txt'));

  it('adds what is needed, takes away what is obsoleted, and puts a kernel beside the one that is there', () => {
    expect(plan.refused).toBeUndefined();
    const change = (name: string) => plan.changes.find(each => each.name === name);
    expect(change('pdrpm-newdep-lib')).toMatchObject({from: null, to: '1.0-1'});
    expect(change('pdrpm-old')).toMatchObject({from: '1.0-1', to: null});
    expect(change('pdrpm-new')).toMatchObject({from: null, to: '2.0-1'});
    expect(change('pdrpm-kernel')).toMatchObject({from: null, to: '2.0-1', beside: true});
    expect(change('pdrpm-web')).not.toHaveProperty('beside');
  });

  it('is the same from staged files, and the way back its exact reverse', () => {
    const staged = dnf4.simulateStaged.parse(recorded('dnf4.simulate-staged/as-planned.txt'));
    expect(sameChanges(staged.changes, plan.changes)).toBe(true);
    const undo = dnf4.simulateUndo.parse(recorded('dnf4.simulate-undo/exact-reverse.txt'));
    expect(sameChanges(undo.changes, reversed(plan.changes))).toBe(true);
  });

  it('is nothing where it refuses, with its reason', () => {
    expect(dnf4.simulate.parse(recorded('dnf4.simulate/refused-held.txt'))).toEqual({
      changes: [],
      refused: 'pdrpm-held 2.0-1 is not offered any more, or is held or excluded',
    });
    expect(dnf4.simulate.parse(recorded('dnf4.simulate/refused-conflict.txt')).refused).toContain(
      'pdrpm-conflict-2.0-1.noarch conflicts with pdrpm-base',
    );
  });
});

describe('what dnf has', () => {
  it('is fresh lists only when no repository was left out', () => {
    expect(dnf4.refresh.parse(recorded('dnf4.refresh/fresh.txt'))).toEqual({fresh: true, failures: []});
    const dead = dnf4.refresh.parse(recorded('dnf4.refresh/one-repository-dead.txt'));
    expect(dead.fresh).toBe(false);
    expect(dead.failures[0]).toContain("repo 'acme'");
  });

  it('marks what came as a dependency, and not what took the place of a package that somebody wanted', () => {
    expect(dnf4.marks.parse(recorded('dnf4.marks/one-held.txt'))).toEqual({
      automatic: [],
      held: ['pdrpm-held'],
    });
    expect(dnf4.marks.parse(recorded('dnf4.marks/after.txt')).automatic).toEqual(['pdrpm-newdep-lib:noarch']);
  });

  it("is one vendor's, but for what others packed", () => {
    expect(dnf4.foreign.parse(recorded('dnf4.foreign/one-vendor.txt'))).toEqual([
      {name: 'pdrpm-thirdparty', origin: 'Acme Tools'},
    ]);
  });

  it('lies in the staging directory with sums, versions with epochs and their sources', () => {
    const {fresh, previous, gone} = dnf4.staged.parse(recorded('dnf4.staged/all-there.txt'));
    expect(gone).toEqual([]);
    expect(fresh.map(({name}) => name)).toContain('pdrpm-newdep-lib');
    expect(previous.find(({name}) => name === 'pdrpm-tool')).toMatchObject({
      version: '1:1.0~rc1-1',
      file: 'pdrpm-tool_1%3a1.0~rc1-1_noarch.rpm',
      source: 'archive',
    });
  });

  it('failed, though it was called a success', () => {
    expect(dnf4.complaints.parse(recorded('dnf4.complaints/post-failed.txt'))).toEqual([
      {
        name: 'pdrpm-postfails',
        what: 'the %post scriptlet of pdrpm-postfails failed, though rpm calls it installed',
      },
    ]);
  });

  it('changed in configuration, and put back', () => {
    expect(
      dnf4.changedConfiguration.parse(recorded('dnf4.changed-configuration/rpmnew-and-rpmsave.txt')),
    ).toEqual([
      '/etc/pdrpm-config.defaults',
      '/etc/pdrpm-config.conf.rpmnew',
      '/etc/pdrpm-config.defaults.rpmsave',
    ]);
    expect(dnf4.changedConfiguration.parse(recorded('dnf4.changed-configuration/put-back.txt'))).toEqual([]);
  });

  it('needs room for what is downloaded and unpacked; unknown where a version is in no list', () => {
    expect(dnf4.room.parse(recorded('dnf4.room/known.txt'))).toBeGreaterThan(2 * 1024 ** 2);
    expect(
      dnf4.room.parse(Buffer.from('@@ bytes\n@@ refused\nlist index out of range\n@@ end\n')),
    ).toBeUndefined();
  });

  it('tells how far it is, and for whose lock it waits', () => {
    expect(dnf4.progress('patchdeck-waiting dnf (pid 7) holds the lock')).toEqual({
      line: 'waiting: dnf (pid 7) holds the lock',
    });
    const seen = fixtureLines('debian-12-dnf4/log/dnf4-install.txt').flatMap(
      line => dnf4.progress(line) ?? [],
    );
    const percents = seen.map(({percent = 0}) => percent);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });
});
