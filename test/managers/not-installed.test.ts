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
