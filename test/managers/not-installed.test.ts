import {describe, expect, it, test} from 'vitest';
import {distributionManagers} from '../../src/managers/registry.ts';
import {
  nextStep,
  notInstalledClasses,
  type ManagerId,
  type NotInstalledClass,
} from '../../src/model/package.ts';
import {fixture, releases} from '../fixtures/fixture.ts';

/** An update of that class in what the real program answered, or why it cannot answer so. */
type Shown = {in: readonly string[]; name: string} | {never: string};

const ofApt = (name: string, recording: string): Shown => ({
  in: releases.map(release => `${release}/apt.pending/${recording}.txt`),
  name,
});
const ofDnf = (name: string): Shown => ({in: ['debian-12-dnf4/dnf4.pending/every-class.txt'], name});
const ofZypper = (name: string): Shown => ({in: ['debian-12-zypper/zypper.pending/every-class.txt'], name});

const allOrNothing: Shown = {
  never:
    "apt alone reads how far an update is rolled out (Phased-Update-Percentage); its repositories' metadata have no such thing",
};
const notOffered: Shown = {
  never:
    'a repository that wants a subscription is not there without it: the host is offered nothing, and the feeds say that there is a fix',
};
const ofFeeds: Shown = {
  never:
    'a manager names updates that there are; that there is none is said by the feeds (test/advisories/match.test.ts)',
};
const ofReleases: Shown = {
  never:
    'no manager knows it: the table of releases (test/hosts/end-of-life.test.ts) and the feeds (test/advisories/match.test.ts) do',
};

/** Each class, of each manager that is proven in the lab. */
const shown: Record<NotInstalledClass, Partial<Record<ManagerId, Shown>>> = {
  held: {
    apt: ofApt('pdlab-held', 'held-third-party-and-needs-removal'),
    dnf4: ofDnf('pdrpm-held'),
    zypper: ofZypper('pdrpm-held'),
  },
  phased: {
    apt: ofApt('pdlab-phased', 'phased-forbidden-and-of-esm'),
    dnf4: allOrNothing,
    zypper: allOrNothing,
  },
  'needs-new-or-removed': {
    apt: ofApt('pdlab-replaces', 'held-third-party-and-needs-removal'),
    dnf4: ofDnf('pdrpm-new'),
    zypper: ofZypper('pdrpm-conflict'),
  },
  excluded: {
    apt: ofApt('pdlab-forbidden', 'phased-forbidden-and-of-esm'),
    dnf4: ofDnf('pdrpm-excluded'),
    zypper: {never: 'what keeps a package back there is a lock: it is held'},
  },
  'broken-dependency': {
    apt: ofApt('pdlab-broken-dependency', 'broken-dependency-and-two-architectures'),
    dnf4: ofDnf('pdrpm-conflict'),
    zypper: ofZypper('pdrpm-broken'),
  },
  'third-party': {
    apt: ofApt('pdlab-thirdparty', 'held-third-party-and-needs-removal'),
    dnf4: ofDnf('pdrpm-thirdparty'),
    zypper: ofZypper('pdrpm-vendor'),
  },
  'needs-subscription': {
    apt: ofApt('pdlab-infra', 'phased-forbidden-and-of-esm'),
    dnf4: notOffered,
    zypper: notOffered,
  },
  'no-fix-yet': {apt: ofFeeds, dnf4: ofFeeds, zypper: ofFeeds},
  'end-of-life': {apt: ofReleases, dnf4: ofReleases, zypper: ofReleases},
};

const proven = distributionManagers.filter(({proven: {by}}) => by === 'lab');

describe.each(notInstalledClasses)('%s', why => {
  test.each(proven.map(manager => [manager.id, manager] as const))(
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
  for (const manager of proven) {
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
