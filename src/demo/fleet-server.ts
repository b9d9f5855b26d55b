import {createHost} from './create-host.ts';
import type {DemoHost} from './host.ts';
import {generateKey, type KeyPair} from './keys.ts';
import {seededRandom} from './random.ts';
import {startServer, type RunningServer} from './server.ts';
import {fleet} from './world/fleet.ts';
import {inventoryText, type Addresses} from './world/inventory.ts';

type FleetOptions = {
  /** What divides every duration: 1 is credible for a person. */
  speed: number;
  seed: number;
  /** Milliseconds since 1970. */
  now: () => number;
};

export type RunningFleet = {
  inventoryText: string;
  /** Lines of a known_hosts file. */
  knownHosts: string;
  /** The only key that is let in. */
  identity: KeyPair;
  hosts: ReadonlyMap<string, DemoHost>;
  close(): Promise<void>;
};

const user = 'ops';
const loopback = '127.0.0.1';
/** discard(9): below the ports that anybody can get, and nothing has listened there for decades. */
const closedPort = 9;
const tickMs = 40;

/** Starts every host of the demo fleet. */
export const startFleet = async ({speed, seed, now}: FleetOptions): Promise<RunningFleet> => {
  const identity = generateKey('patchdeck demo');
  const hosts = new Map<string, DemoHost>();
  const servers: RunningServer[] = [];
  const addresses: Map<string, {address: string; port: number}> = new Map();
  const knownHosts: string[] = [];
  for (const [index, spec] of fleet.entries()) {
    const host = createHost(spec, {now: now(), speed, random: seededRandom(seed * 1000 + index)});
    hosts.set(spec.name, host);
    if (spec.story.unreachable === true) {
      addresses.set(spec.name, {address: loopback, port: closedPort});
      continue;
    }
    const key = generateKey(spec.name);
    const server = await startServer({
      host,
      hostKey: key.privateKey,
      user,
      authorizedKey: identity.publicKey,
      now,
    });
    servers.push(server);
    addresses.set(spec.name, {address: loopback, port: server.port});
    knownHosts.push(`[${loopback}]:${server.port} ${key.publicKey}`);
  }
  const ticking = setInterval(() => {
    for (const server of servers) server.tick();
  }, tickMs);
  return {
    inventoryText: inventoryText(user, addresses satisfies Addresses),
    knownHosts: `${knownHosts.join('\n')}\n`,
    identity,
    hosts,
    close: async () => {
      clearInterval(ticking);
      await Promise.all(servers.map(server => server.close()));
    },
  };
};
