import type {ManagerId, NotInstalledClass} from '../../src/model/package.ts';
import {releases} from '../fixtures/fixture.ts';

/** An update of that class in what the real program answered, or why it cannot answer so, and who says it in its place. */
export type Shown = {in: readonly string[]; name: string} | {never: string; by?: string};

const ofApt = (name: string, recording: string): Shown => ({
  in: releases.map(release => `${release}/apt.pending/${recording}.txt`),
  name,
});
const ofDnf = (name: string): Shown => ({in: ['debian-12-dnf4/dnf4.pending/every-class.txt'], name});
const ofZypper = (name: string): Shown => ({in: ['debian-12-zypper/zypper.pending/every-class.txt'], name});
const ofDnf5 = (name: string): Shown => ({
  in: ['by-document/dnf5/dnf5.pending/held-excluded-broken-obsoleting-and-third-party.txt'],
  name,
});
const ofYum = (name: string): Shown => ({in: ['by-document/yum/yum.pending/every-class.txt'], name});
const ofApk = (name: string): Shown => ({
  in: [
    'by-document/apk/apk.pending/held-broken-in-the-way-and-third-party.txt',
    'by-document/apk/apk.pending/apk-3-every-class.txt',
  ],
  name,
});
const never = (reason: string): Shown => ({never: reason});

const allOrNothing = never(
  "apt alone reads how far an update is rolled out (Phased-Update-Percentage); others' repositories say nothing of the kind",
);
const notOffered = never(
  'a repository that wants a subscription is not there without it and offers nothing; a host that has no other is unknown (`no repository is enabled`), never clean',
);
const ofFeeds = {
  never: 'a manager names updates that there are; that there is none is said by the feeds',
  by: 'the feeds',
};
const ofReleases = {
  never: 'no manager knows it: the table of releases and the feeds do',
  by: 'the releases',
};

/** Each class, of each manager of a distribution. */
export const shown: Record<NotInstalledClass, Partial<Record<ManagerId, Shown>>> = {
  held: {
    apt: ofApt('pdlab-held', 'held-third-party-and-needs-removal'),
    zypper: ofZypper('pdrpm-held'),
    dnf4: ofDnf('pdrpm-held'),
    dnf5: ofDnf5('held'),
    yum: ofYum('held'),
    apk: ofApk('held'),
  },
  phased: {
    apt: ofApt('pdlab-phased', 'phased-forbidden-and-of-esm'),
    zypper: allOrNothing,
    dnf4: allOrNothing,
    dnf5: allOrNothing,
    yum: allOrNothing,
    apk: allOrNothing,
  },
  'needs-new-or-removed': {
    apt: ofApt('pdlab-replaces', 'held-third-party-and-needs-removal'),
    zypper: ofZypper('pdrpm-conflict'),
    dnf4: ofDnf('pdrpm-new'),
    dnf5: ofDnf5('renamed'),
    yum: ofYum('renamed'),
    apk: ofApk('conflicts'),
  },
  excluded: {
    apt: ofApt('pdlab-forbidden', 'phased-forbidden-and-of-esm'),
    zypper: {in: ['debian-12-zypper/zypper.pending/repository-priority.txt'], name: 'pdrpm-web'},
    dnf4: ofDnf('pdrpm-excluded'),
    dnf5: ofDnf5('excl'),
    yum: ofYum('excl'),
    apk: never('what keeps a package back there is a constraint in /etc/apk/world: it is held'),
  },
  'broken-dependency': {
    apt: ofApt('pdlab-broken-dependency', 'broken-dependency-and-two-architectures'),
    zypper: ofZypper('pdrpm-broken'),
    dnf4: ofDnf('pdrpm-conflict'),
    dnf5: ofDnf5('broken'),
    yum: ofYum('broken'),
    apk: ofApk('broken-dep'),
  },
  'third-party': {
    apt: ofApt('pdlab-thirdparty', 'held-third-party-and-needs-removal'),
    zypper: ofZypper('pdrpm-vendor'),
    dnf4: ofDnf('pdrpm-thirdparty'),
    dnf5: ofDnf5('third'),
    yum: ofYum('third'),
    apk: ofApk('acme'),
  },
  'needs-subscription': {
    apt: ofApt('pdlab-infra', 'phased-forbidden-and-of-esm'),
    zypper: notOffered,
    dnf4: notOffered,
    dnf5: notOffered,
    yum: notOffered,
    apk: never('Alpine sells none'),
  },
  'no-fix-yet': {apt: ofFeeds, zypper: ofFeeds, dnf4: ofFeeds, dnf5: ofFeeds, yum: ofFeeds, apk: ofFeeds},
  'end-of-life': {
    apt: ofReleases,
    zypper: ofReleases,
    dnf4: ofReleases,
    dnf5: ofReleases,
    yum: ofReleases,
    apk: ofReleases,
  },
};
