import type {SoftwareAnswer, SoftwareFound} from '../model/software.ts';
import type {SoftwareRow} from './software.ts';

/** Most versions that are listed: who gets more has asked for too much. */
const mostListed = 300;

/** Gathers who has some software, a host at a time: those of a large fleet at once would not fit into memory. */
export const gatherWhoHas = () => {
  const found = new Map<string, SoftwareFound>();
  let asked = 0;
  let have = 0;
  return {
    /** What one host has of it. */
    look: (rows: readonly SoftwareRow[]): void => {
      asked += 1;
      have += rows.length === 0 ? 0 : 1;
      for (const {host, name, version, source} of rows) {
        const key = JSON.stringify([name, version, source]);
        const known = found.get(key);
        if (known === undefined) found.set(key, {name, version, source, hosts: [host]});
        // Of several architectures on one host.
        else if (known.hosts.at(-1) !== host) known.hosts.push(host);
      }
    },
    answer: (unknown: readonly string[]): SoftwareAnswer => {
      const software = [...found.values()].sort(
        (a, b) => order(a.name, b.name) || b.hosts.length - a.hosts.length || order(b.version, a.version),
      );
      return {
        software: software.slice(0, mostListed),
        left: Math.max(0, software.length - mostListed),
        have,
        asked,
        unknown: [...unknown],
      };
    },
  };
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
