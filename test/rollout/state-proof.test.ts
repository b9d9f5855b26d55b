import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Change, InstalledPackage} from '../../src/model/package.ts';
import {
  differences,
  findDeviations,
  findDrift,
  reversed,
  sameChanges,
} from '../../src/rollout/state-proof.ts';

const item = (name: string, version: string, status = 'ii', arch = 'amd64'): InstalledPackage => ({
  manager: 'apt',
  name,
  arch,
  version,
  source: name,
  sourceVersion: version,
  status,
});
const change = (name: string, from: string | null, to: string | null, arch = 'amd64'): Change => ({
  manager: 'apt',
  name,
  arch,
  from,
  to,
});
const said = (...args: Parameters<typeof findDeviations>): string[] =>
  findDeviations(...args).map(({what}) => what);

const before = [item('web', '1.0'), item('lib', '1.0'), item('old', '0.9'), item('held', '3', 'hi')];
const plan = [change('web', '1.0', '2.0'), change('old', '0.9', null), change('new', null, '1.0')];
const after = [item('web', '2.0'), item('lib', '1.0'), item('held', '3', 'hi'), item('new', '1.0')];

describe('before a plan is carried out', () => {
  it('what is as it was planned from is pending', () => {
    expect(findDrift(plan, before)).toEqual({already: [], pending: plan, drift: []});
  });

  it('what is there already counts as done, each for itself', () => {
    expect(findDrift(plan, after)).toEqual({already: plan, pending: [], drift: []});
    const half = findDrift(plan, [item('web', '2.0'), item('old', '0.9')]);
    expect(half.already.map(({name}) => name)).toEqual(['web']);
    expect(half.pending.map(({name}) => name)).toEqual(['old', 'new']);
  });

  it('anything else is drift, with what is there and what was planned for', () => {
    const now = [item('web', '1.5'), item('new', '0.5')];
    expect(findDrift(plan, now).drift).toEqual([
      'web is 1.5, the plan was made for 1.0',
      'new is 0.5, the plan was made for none',
    ]);
    expect(findDrift([change('gone', '1', '2')], []).drift).toEqual([
      'gone is not installed, the plan was made for 1',
    ]);
  });

  it('the same package of another architecture is another package', () => {
    expect(findDrift([change('web', '1.0', '2.0', 'i386')], before).drift).toHaveLength(1);
  });
});

describe('after a plan was carried out', () => {
  it('all as planned and nothing else is proven', () => {
    expect(said(before, plan, after)).toEqual([]);
  });

  it('a package at its old version is named', () => {
    expect(said(before, plan, [item('web', '1.0'), ...after.slice(1)])).toEqual(['web is 1.0, not 2.0']);
  });

  it('one that is installed and not configured is named, though its version is right', () => {
    const now = [item('web', '2.0', 'iF'), ...after.slice(1)];
    expect(findDeviations(before, plan, now)).toEqual([
      {manager: 'apt', name: 'web', what: 'web 2.0 is not configured (iF)'},
    ]);
  });

  it('held and installed is configured', () => {
    expect(said(before, plan, [item('web', '2.0', 'hi'), ...after.slice(1)])).toEqual([]);
  });

  it.each(['iU', 'iF', 'iH', 'iW', 'it', 'uF'])('the state %s is not', status => {
    expect(said(before, plan, [item('web', '2.0', status), ...after.slice(1)])).toHaveLength(1);
  });

  it('what the plan does not name is said to be unplanned: changed, gone, come', () => {
    expect(said(before, plan, [...after.slice(0, 1), item('lib', '1.1'), ...after.slice(2)])).toEqual([
      'lib is 1.1, not 1.0 (not planned)',
    ]);
    expect(said(before, plan, [...after.slice(0, 1), ...after.slice(2)])).toEqual([
      'lib is not installed, not 1.0 (not planned)',
    ]);
    expect(said(before, plan, [...after, item('extra', '7')])).toEqual([
      'extra 7 is installed (not planned)',
    ]);
  });

  it('what was to go and is there still is named', () => {
    expect(said(before, plan, [...after, item('old', '0.9')])).toEqual(['old 0.9 is installed still']);
  });

  it('what was broken before and has nothing to do with the plan is not blamed on it', () => {
    const sick = item('sick', '1', 'iF');
    expect(said([...before, sick], plan, [...after, sick])).toEqual([]);
    expect(said(before.concat(item('lib2', '1')), plan, [...after, item('lib2', '1', 'iF')])).toEqual([
      'lib2 1 is not configured (iF)',
    ]);
  });

  it('what was broken before and is planned has to be whole', () => {
    const sick = [item('web', '1.0', 'iF'), ...before.slice(1)];
    expect(said(sick, plan, [item('web', '2.0', 'iF'), ...after.slice(1)])).toEqual([
      'web 2.0 is not configured (iF)',
    ]);
  });
});

describe('packages of several managers', () => {
  const rpm = (name: string, version: string): InstalledPackage => ({
    ...item(name, version),
    manager: 'dnf4',
  });

  it('of one name are several packages', () => {
    const both = [item('web', '1.0'), rpm('web', '1.0')];
    expect(said(both, [change('web', '1.0', '2.0')], [item('web', '2.0'), rpm('web', '2.0')])).toEqual([
      'web is 2.0, not 1.0 (not planned)',
    ]);
    expect(said(both, [change('web', '1.0', '2.0')], [item('web', '2.0'), rpm('web', '1.0')])).toEqual([]);
  });

  it('that is there in several versions is looked at version by version', () => {
    const two = [rpm('kernel', '5'), rpm('kernel', '6')];
    expect(said(two, [], [...two].reverse())).toEqual([]);
    expect(said(two, [], [rpm('kernel', '6')])).toEqual(['kernel is 6, not 5 and 6 (not planned)']);
    const next: Change = {...change('kernel', null, '7'), manager: 'dnf4', beside: true};
    expect(findDrift([next], two).pending).toEqual([next]);
    expect(findDrift([next], [...two, rpm('kernel', '7')]).already).toEqual([next]);
    expect(said(two, [next], [...two, rpm('kernel', '7')])).toEqual([]);
    expect(said(two, [next], two)).toEqual(['kernel is 5 and 6, not 5 and 6 and 7']);
    expect(findDrift(reversed([next]), [...two, rpm('kernel', '7')]).pending).toHaveLength(1);
    expect(findDrift(reversed([next]), two).already).toHaveLength(1);
    // One that replaces what is there finds two, and knows nothing of the second.
    expect(findDrift([{...change('kernel', '5', '7'), manager: 'dnf4'}], two).drift).toHaveLength(1);
  });
});

// Any host and any plan for it.
const names = ['a', 'b', 'c', 'd', 'e'];
const version = fc.constantFrom('1', '2', '3');
const packages = fc
  .uniqueArray(
    fc.record({name: fc.constantFrom(...names), version, arch: fc.constantFrom('amd64', 'i386')}),
    {
      selector: ({name, arch}) => `${name}:${arch}`,
    },
  )
  .map(list => list.map(({name, version: at, arch}) => item(name, at, 'ii', arch)));
const hostAndPlan = packages.chain(installed =>
  fc.record({
    installed: fc.constant(installed),
    changes: fc
      .uniqueArray(
        fc.record({name: fc.constantFrom(...names), to: fc.option(version), arch: fc.constant('amd64')}),
        {
          selector: ({name}) => name,
        },
      )
      .map(list =>
        list.flatMap(({name, to, arch}) => {
          const from = installed.find(each => each.name === name && each.arch === arch)?.version ?? null;
          return from === to ? [] : [change(name, from, to, arch)];
        }),
      ),
  }),
);
const carryOut = (installed: readonly InstalledPackage[], changes: readonly Change[]): InstalledPackage[] => [
  ...installed.filter(each => !changes.some(({name, arch}) => name === each.name && arch === each.arch)),
  ...changes.flatMap(({name, to, arch}) => (to === null ? [] : [item(name, to, 'ii', arch)])),
];

describe('for any host and any plan', () => {
  it('a plan carried out is proven, and one change left out is found and named', () => {
    fc.assert(
      fc.property(hostAndPlan, fc.nat(), ({installed, changes}, at) => {
        expect(findDeviations(installed, changes, carryOut(installed, changes))).toEqual([]);
        const left = changes[at % Math.max(1, changes.length)];
        if (left === undefined) return;
        const found = findDeviations(
          installed,
          changes,
          carryOut(
            installed,
            changes.filter(each => each !== left),
          ),
        );
        expect(found.map(({name}) => name)).toEqual([left.name]);
      }),
    );
  });

  it('nothing is drift on the host that the plan was made for, everything is done after it, and the way back leads back', () => {
    fc.assert(
      fc.property(hostAndPlan, ({installed, changes}) => {
        expect(findDrift(changes, installed)).toEqual({already: [], pending: changes, drift: []});
        const done = carryOut(installed, changes);
        expect(findDrift(changes, done)).toEqual({already: changes, pending: [], drift: []});
        expect(findDeviations(installed, [], carryOut(done, reversed(changes)))).toEqual([]);
        expect(findDeviations(done, reversed(changes), installed)).toEqual([]);
      }),
    );
  });

  it('an unplanned change of any one package is found', () => {
    fc.assert(
      fc.property(hostAndPlan, fc.constantFrom(...names), version, ({installed, changes}, name, to) => {
        fc.pre(!changes.some(each => each.name === name));
        const done = carryOut(installed, changes);
        const was = done.find(each => each.name === name && each.arch === 'amd64');
        fc.pre(was?.version !== to);
        const other = carryOut(done, [change(name, was?.version ?? null, to)]);
        const found = findDeviations(installed, changes, other);
        expect(found).toHaveLength(1);
        expect(found[0]?.what).toContain('(not planned)');
      }),
    );
  });

  it('plans are the same whatever their order, and only then', () => {
    fc.assert(
      fc.property(hostAndPlan, hostAndPlan, ({changes}, {changes: others}) => {
        expect(sameChanges(changes, [...changes].reverse())).toBe(true);
        expect(reversed(reversed(changes))).toEqual(changes);
        const same = sameChanges(changes, others);
        expect(sameChanges(others, changes)).toBe(same);
        expect(differences(changes, others) === '').toBe(same);
      }),
    );
  });
});

describe('how a simulation differs from the plan', () => {
  it('is said in three parts at most: what comes besides, and what does not', () => {
    const other = [change('web', '1.0', '3.0'), change('new', null, '1.0')];
    expect(differences(plan, other)).toBe('also web 1.0 -> 3.0; not web 1.0 -> 2.0; not old 0.9 -> none');
    expect(differences(plan, [])).toBe('not web 1.0 -> 2.0; not old 0.9 -> none; not new none -> 1.0');
    expect(differences([], [...plan, ...other]).split('; ')).toHaveLength(3);
  });
});
