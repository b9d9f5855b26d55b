import {closest} from './closest.ts';
import {shown} from './mistake.ts';

/** A host and the one of the fleet that it runs on. */
export type Guest = {name: string; runsOn?: string | undefined};

export type RunsOnFault = {name: string; what: string; remedy: string};

/** `runsOn` that names no host of the fleet, or that leads back to the host itself: nobody could say which goes last. */
export const runsOnFaults = (hosts: readonly Guest[]): RunsOnFault[] => {
  const below = new Map(hosts.map(({name, runsOn}) => [name, runsOn]));
  return hosts.flatMap(({name, runsOn}) => {
    if (runsOn === undefined) return [];
    if (!below.has(runsOn)) {
      const others = [...below.keys()].filter(other => other !== name);
      const meant = closest(runsOn, others);
      const remedy =
        meant === undefined ? 'name a host of this inventory, or take it out' : `did you mean "${meant}"?`;
      return [{name, what: `host ${name} runs on ${shown(runsOn)}, which is no host`, remedy}];
    }
    const circle = circleFrom(name, below);
    if (circle === undefined) return [];
    return [{name, what: [...circle, name].join(' runs on '), remedy: 'take one of them out'}];
  });
};

/** The way from a host down to itself; a circle further down is the fault of those that are in it. */
const circleFrom = (name: string, below: ReadonlyMap<string, string | undefined>): string[] | undefined => {
  const way = [name];
  for (let next = below.get(name); next !== undefined; next = below.get(next)) {
    if (next === name) return way;
    if (way.includes(next)) return undefined;
    way.push(next);
  }
  return undefined;
};
