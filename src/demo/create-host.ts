import {hex, type Random} from './random.ts';
import {newBoot} from './power.ts';
import type {DemoHost, Installed} from './host.ts';
import type {HostSpec} from './world/fleet.ts';
import {readPackages, type Binary, type Package, type Upgrade} from './world/packages.ts';
import {releases} from './world/releases.ts';
import {commonSources, roles, type Role} from './world/roles.ts';
import {unitsOf} from './units.ts';

/** A host as it is before anybody has touched it. */
export const createHost = (
  spec: HostSpec,
  options: {now: number; speed: number; random: Random},
): DemoHost => {
  const {now, speed, random} = options;
  const release = releases[spec.release];
  const role: Role = roles[spec.role];
  const wanted = [...commonSources, ...role.sources];
  const upgrades = release.upgrades.filter(upgrade => wanted.includes(upgrade.source));
  const isCurrent = (upgrade: Upgrade): boolean =>
    spec.story.clean === true || spec.current.includes(upgrade.source);
  const fromUpgrades = upgrades.flatMap(upgrade => versionsOf(upgrade, isCurrent(upgrade)));
  const extra = readPackages(role.extra);
  const automatic = upgrades
    .flatMap(upgrade => [...upgrade.binaries, ...(upgrade.adds ?? [])])
    .filter(binary => binary.automatic)
    .map(binary => binary.name);
  const kernel = upgrades.find(upgrade => upgrade.kernel !== undefined);
  const packages = [...release.base, ...extra, ...fromUpgrades].map((item): [string, Installed] => [
    item.name,
    {...item, status: 'ii'},
  ]);
  const host: DemoHost = {
    spec,
    release,
    role,
    extra,
    speed,
    random,
    machineId: hex(random, 32),
    boot: newBoot({random}),
    runningKernel: kernel?.kernel?.[isCurrent(kernel) ? 'to' : 'from'] ?? '6.1.0-50-amd64',
    awayUntil: 0,
    startedAt: 0,
    packages: new Map(packages.sort(([a], [b]) => (a < b ? -1 : 1))),
    automatic: new Set([
      ...release.base.filter(item => item.name.startsWith('lib')).map(item => item.name),
      ...automatic.filter(name => packages.some(([installed]) => installed === name)),
    ]),
    held: new Set(spec.held),
    units: new Map(),
    replacedAt: new Map(),
    rebootWanted: new Set(),
    jobs: new Map(),
    ended: new Map(),
    epochs: new Map(),
    syslog: [],
    staging: new Map(),
    aside: new Map(),
    updaters: {active: ['apt-daily.timer', 'apt-daily-upgrade.timer'], inhibited: []},
    agenda: [],
  };
  const upSince = now - (5 + random() * 40) * 86_400_000;
  for (const unit of unitsOf(host)) host.units.set(unit.name, {state: 'active', since: upSince});
  return host;
};

const versionsOf = (upgrade: Upgrade, current: boolean): Package[] => {
  const which = current ? 'to' : 'from';
  const at = (binary: Binary): Package => ({
    name: binary.name,
    arch: binary.arch,
    version: upgrade[which],
    source: upgrade.source,
    sourceVersion: upgrade.sourceVersions?.[which] ?? upgrade[which],
  });
  const kernel = upgrade.kernel;
  if (kernel === undefined) return [...upgrade.binaries, ...(current ? (upgrade.adds ?? []) : [])].map(at);
  const image = {
    name: `linux-image-${kernel[which]}`,
    arch: 'amd64',
    bytes: 0,
    unpackedKib: 0,
    automatic: true,
  };
  return [...upgrade.binaries, image].map(at);
};
