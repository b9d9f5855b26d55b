import {describe, expect, it} from 'vitest';
import {simulate, simulateStaged, simulateUndo} from '../../src/managers/apt/simulation.ts';
import type {Simulation} from '../../src/managers/manager.ts';
import {reversed, sameChanges} from '../../src/rollout/state-proof.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

const readSimulate = (path: string): Simulation => simulate.parse(fixture(path));

describe.each(releases)('what a simulation on a real %s would change', release => {
  it('an update with a dependency that comes anew', () => {
    const {changes, refused} = readSimulate(`${release}/apt.simulate/adds-a-package.txt`);
    expect(refused).toBeUndefined();
    expect(changes).toEqual([
      {manager: 'apt', name: 'pdlab-newdep-lib', arch: 'all', from: null, to: '1.0'},
      {manager: 'apt', name: 'pdlab-newdep', arch: 'all', from: '1.0', to: '2.0'},
    ]);
  });

  it('an update that takes the place of another package, whose architecture is looked up', () => {
    const {changes} = readSimulate(`${release}/apt.simulate/removes-a-package.txt`);
    expect(changes).toContainEqual({manager: 'apt', name: 'pdlab-old', arch: 'all', from: '1.0', to: null});
    expect(changes).toContainEqual({
      manager: 'apt',
      name: 'pdlab-replaces',
      arch: 'all',
      from: '1.0',
      to: '2.0',
    });
    expect(changes).toHaveLength(2);
  });

  it('a package of two architectures changes twice', () => {
    const {changes} = readSimulate(`${release}/apt.simulate/two-architectures.txt`);
    expect(changes.map(({name, arch}) => `${name}:${arch}`)).toEqual(['pdlab-twin:amd64', 'pdlab-twin:i386']);
  });

  it('only the architecture that apt names is removed', () => {
    const {changes} = readSimulate(`${release}/apt.simulate/removes-a-foreign-package.txt`);
    expect(changes).toContainEqual({manager: 'apt', name: 'pdlab-twin', arch: 'i386', from: '1.0', to: null});
    expect(changes.filter(change => change.to === null)).toHaveLength(1);
  });

  it('a package without a suffix is the one of the host, also where a foreign one is installed', () => {
    const text = fixture(`${release}/apt.simulate/removes-a-foreign-package.txt`).toString();
    const native = text.replace('Remv pdlab-twin:i386 [1.0]', 'Remv pdlab-twin [1.0]');
    expect(native).not.toBe(text);
    expect(simulate.parse(Buffer.from(native)).changes).toContainEqual({
      manager: 'apt',
      name: 'pdlab-twin',
      arch: 'amd64',
      from: '1.0',
      to: null,
    });
  });

  it('a refusal has no changes and says why', () => {
    expect(readSimulate(`${release}/apt.simulate/refused-no-such-version.txt`)).toEqual({
      changes: [],
      refused: "Version '9.9' for 'pdlab-web' was not found",
    });
  });

  it('staged files that lack a dependency are refused', () => {
    const path = `${release}/apt.simulate-staged/refused-dependency-not-staged.txt`;
    expect(simulateStaged.parse(fixture(path)).refused).toMatch(/held broken packages/);
  });

  it('the way back is the exact reverse of the way forth, but for what cannot be had any more', () => {
    const forth = simulateStaged.parse(fixture(`${release}/apt.simulate-staged/as-planned.txt`));
    const back = simulateUndo.parse(fixture(`${release}/apt.simulate-undo/the-way-back.txt`));
    // Debian 12's host has no dpkg-repack: what is gone from the archive stays as it is.
    const kept = forth.changes.filter(change => release !== 'debian-12' || change.name !== 'pdlab-gone');
    expect(kept.length).toBeGreaterThan(5);
    expect(back.refused).toBeUndefined();
    expect(sameChanges(back.changes, reversed(kept))).toBe(true);
  });

  it('an answer that was cut short is an error', () => {
    const whole = fixture(`${release}/apt.simulate-staged/as-planned.txt`);
    expect(() => simulateStaged.parse(whole.subarray(0, whole.length - 4))).toThrow(/cut short/);
  });
});

describe('what the simulations are asked for', () => {
  it('exact versions, with their architecture', () => {
    const {text} = simulate.script([{name: 'libssl3', arch: 'amd64', version: '1:3.0~b'}]);
    expect(text).toContain("patchdeck_main 'libssl3:amd64=1:3.0~b'");
  });

  it('staged files by path, and what has to go by a minus', () => {
    const change = {manager: 'apt', name: 'pdlab-old', arch: 'all', from: '1.0', to: null} as const;
    const file = {
      name: 'web',
      arch: 'all',
      version: '2',
      file: 'web_2_all.deb',
      sha256: '0'.repeat(64),
      bytes: 1,
      source: 'archive',
    } as const;
    const {args} = simulateStaged.script({directory: '/d', changes: [change], fresh: [file]});
    expect(args['wanted']).toEqual(['./new/web_2_all.deb', 'pdlab-old:all-']);
  });
});
