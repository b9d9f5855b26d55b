import type {DemoHost} from './host.ts';
import {commonUnits, type Unit} from './world/roles.ts';

/** The services that the host has, whatever their state. */
export const unitsOf = (host: DemoHost): Unit[] => [...commonUnits, ...host.role.units];

/** Starts a service or starts it again. A version that does not get on with this host leaves it failed. */
export const startUnit = (host: DemoHost, name: string, now: number): 'active' | 'failed' => {
  const {breaks} = host.spec.story;
  const broken = breaks?.unit === name && host.packages.get(breaks.package)?.version === breaks.version;
  const state = broken ? 'failed' : 'active';
  host.units.set(name, {state, since: now});
  return state;
};

/** Services that a package restarts when it is configured. */
export const restartedBy = (host: DemoHost, name: string): string[] =>
  unitsOf(host)
    .filter(unit => (unit.restartedBy ?? [unit.owner]).includes(name))
    .map(unit => unit.name);

/** Running services that still have files of a replaced package loaded. */
export const staleUnits = (host: DemoHost): string[] =>
  unitsOf(host)
    .filter(unit => {
      const current = host.units.get(unit.name);
      return (
        current?.state === 'active' &&
        unit.uses.some(name => (host.replacedAt.get(name) ?? -Infinity) > current.since)
      );
    })
    .map(unit => unit.name);

/** What listens, as `ss` says it: services that do not run listen on nothing. */
export const socketsOf = (host: DemoHost): string[] =>
  unitsOf(host)
    .filter(unit => host.units.get(unit.name)?.state === 'active')
    .flatMap(unit => unit.sockets);
