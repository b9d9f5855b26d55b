import {randomBytes} from 'node:crypto';
import {expect} from 'vitest';
import {createHost} from '../../src/demo/create-host.ts';
import {advance, type DemoHost} from '../../src/demo/host.ts';
import {generateKey} from '../../src/demo/keys.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {startServer} from '../../src/demo/server.ts';
import {fleet} from '../../src/demo/world/fleet.ts';
import {followJob} from '../../src/jobs/follow.ts';
import {startJob} from '../../src/jobs/job-scripts.ts';
import {createLink, type Link} from '../../src/jobs/link.ts';
import {isLinkTrouble} from '../../src/jobs/patience.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import type {Job, JobState} from '../../src/model/job.ts';
import {createTransport} from '../../src/ssh/transport.ts';
import {makeWorld, hostAt} from '../ssh/world.ts';
import {writeFile} from 'node:fs/promises';
import {startFaultProxy, type FaultProxy, type LinkFault} from './fault-proxy.ts';

/** One simulated host with a real SSH server, behind a proxy with faults, and the real way to it. */
export type LinkWorld = {
  host: DemoHost;
  proxy: FaultProxy;
  link: Link;
  /** Starts a job of some seconds as often as it takes, follows it to its end, and gives what came of it. */
  runJob(): Promise<{state: JobState | 'lost'; log: string}>;
  /** Codes of what the link failed with so far. */
  readonly outages: readonly string[];
  close(): Promise<void>;
};

const deadlines = {connectMs: 600, firstByteMs: 600, scriptMs: 800};

export const openLinkWorld = async (): Promise<LinkWorld> => {
  const spec = fleet.find(item => item.name === 'web2');
  if (spec === undefined) throw new Error('no web2 in the demo fleet');
  const host = createHost(spec, {now: Date.now(), speed: 30, random: seededRandom(7)});
  const world = await makeWorld();
  const [hostKey, ours] = [generateKey('host'), generateKey('ours')];
  const server = await startServer({
    host,
    hostKey: hostKey.privateKey,
    user: 'ops',
    authorizedKey: ours.publicKey,
    now: Date.now,
  });
  const proxy = await startFaultProxy(server.port);
  await writeFile(world.keyFile, ours.privateKey, {mode: 0o600});
  await writeFile(world.knownHosts, `[127.0.0.1]:${proxy.port} ${hostKey.publicKey}\n`);
  const transport = createTransport({
    configFile: 'none',
    identityFiles: [world.keyFile],
    knownHostsFiles: [world.knownHosts],
    useAgent: false,
    deadlines,
  });
  const closing = new AbortController();
  const link = createLink(hostAt(proxy.port), transport, () => Promise.resolve(null), closing.signal);
  const outages: string[] = [];
  /** The link, and a list of what it failed with. */
  const watched: Link = {
    ...link,
    ask: async (...question) => {
      try {
        return await link.ask(...question);
      } catch (error) {
        if (error instanceof PatchdeckError) outages.push(error.code);
        throw error;
      }
    },
  };
  const untilStarted = async (job: Job): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      try {
        const {outcome} = await watched.ask(startJob, {job, payload: payload(host), by: 'test'});
        expect(outcome).not.toBe('refused');
        return;
      } catch (error) {
        if (!(error instanceof PatchdeckError) || !isLinkTrouble(error)) throw error;
        await sleep(20);
      }
    }
    throw new Error('the job could not be started in 200 tries');
  };
  return {
    host,
    proxy,
    link,
    outages,
    runJob: async () => {
      const job: Job = {
        id: randomBytes(16).toString('hex'),
        host: 'web1',
        kind: 'stage',
        planDigest: 'd'.repeat(64),
        bootId: host.boot,
        machineId: host.machineId,
      };
      let log = '';
      await untilStarted(job);
      const state = await followJob(job, 0, {
        link: watched,
        limits: {pollMs: 20, patienceMs: 20_000, retryMs: 20},
        now: Date.now,
        random: () => 0.5,
        sleep,
        signal: closing.signal,
        onLog: chunk => {
          log += Buffer.from(chunk).toString();
          return Promise.resolve();
        },
        onAway: () => undefined,
      });
      return {state, log};
    },
    close: async () => {
      closing.abort();
      link.close();
      await proxy.close();
      await server.close();
      await world.remove();
    },
  };
};

/**
 * A job is started and followed over a link that has this fault on its connections for a second and a half, again and again, and is good in
 * between. It has to be started once and to end with the whole log, as it does on a good link. Gives the codes of what the link failed with.
 */
export const survives = async (fault: LinkFault): Promise<readonly string[]> => {
  const world = await openLinkWorld();
  try {
    world.proxy.set(fault);
    let bad = true;
    const turn = setInterval(() => {
      bad = !bad;
      world.proxy.set(bad ? fault : {is: 'none'});
    }, 1500);
    try {
      const {state, log} = await world.runJob();
      expect(state).toMatchObject({state: 'ended', rc: 0});
      advance(world.host, Date.now());
      const [job, ...others] = [...world.host.jobs.values()];
      expect(others).toEqual([]);
      expect(log).toBe(job?.log);
      expect(log.length).toBeGreaterThan(200);
      return world.outages;
    } finally {
      clearInterval(turn);
    }
  } finally {
    await world.close();
  }
};

const payload = (host: DemoHost): ReturnType<typeof apt.stage> => {
  const changes = host.release.upgrades
    .filter(upgrade => host.packages.get(upgrade.binaries[0]?.name ?? '')?.version === upgrade.from)
    .slice(0, 6)
    .flatMap(({binaries, from, to}) =>
      binaries
        .filter(({name}) => host.packages.has(name))
        .map(({name, arch}) => ({manager: 'apt' as const, name, arch, from, to})),
    );
  return apt.stage({directory: '/var/lib/patchdeck/stage/test', changes});
};

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
