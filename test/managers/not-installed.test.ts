import {describe, expect, it, test} from 'vitest';
import {distributionManagers} from '../../src/managers/registry.ts';
import {nextStep, notInstalledClasses} from '../../src/model/package.ts';
import {fixture} from '../fixtures/fixture.ts';
import {shown} from './classes-shown.ts';

describe.each(notInstalledClasses)('%s', why => {
  test.each(distributionManagers.map(manager => [manager.id, manager] as const))(
    'of %s: in a recording of the real program, or it is said why there can be none',
    (id, manager) => {
      const how = shown[why][id];
      expect(how, `${why} of ${id}`).toBeDefined();
      if (how === undefined || 'never' in how) return;
      for (const path of how.in) {
        const update = manager.pending.parse(fixture(path)).find(({name}) => name === how.name);
        expect(update?.notInstalled, `${how.name} in ${path}`).toBe(why);
      }
    },
  );

  it('has a next step for each manager, and says it of no other class', () => {
    for (const {id} of distributionManagers) {
      const others = notInstalledClasses.filter(other => other !== why).map(other => nextStep(other, id));
      expect(nextStep(why, id).length).toBeGreaterThan(20);
      expect(others).not.toContain(nextStep(why, id));
    }
  });
});

it('what a repository of a better priority keeps back is excluded; the rest has its own class', () => {
  const classes = (id: string, path: string): Record<string, string | undefined> =>
    Object.fromEntries(
      distributionManagers
        .find(manager => manager.id === id)
        ?.pending.parse(fixture(path))
        .map(({name, notInstalled}) => [name, notInstalled]) ?? [],
    );
  expect(classes('dnf4', 'debian-12-dnf4/dnf4.pending/repository-priority.txt')).toMatchObject({
    'pdrpm-web': 'excluded',
    'pdrpm-held': 'held',
    'pdrpm-thirdparty': 'third-party',
  });
  expect(classes('zypper', 'debian-12-zypper/zypper.pending/repository-priority.txt')).toMatchObject({
    'pdrpm-web': 'excluded',
    'pdrpm-held': 'held',
    'pdrpm-vendor': 'third-party',
    'pdrpm-conflict': 'needs-new-or-removed',
    'pdrpm-broken': 'broken-dependency',
    'pdrpm-thirdparty': undefined,
  });
});

it('no recording of a real program has an update of a class that is said to be impossible there', () => {
  for (const manager of distributionManagers) {
    const paths = notInstalledClasses.flatMap(why => {
      const how = shown[why][manager.id];
      return how === undefined || 'never' in how ? [] : how.in;
    });
    const seen = new Set(
      paths.flatMap(path => manager.pending.parse(fixture(path)).map(({notInstalled}) => notInstalled)),
    );
    for (const why of notInstalledClasses) {
      const how = shown[why][manager.id];
      if (how !== undefined && 'never' in how) expect(seen, `${why} of ${manager.id}`).not.toContain(why);
    }
  }
});
