import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createHost} from '../../src/demo/create-host.ts';
import {advance, isReachable, type DemoHost} from '../../src/demo/host.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {durationOf, runScript} from '../../src/demo/run-script.ts';
import {fleet} from '../../src/demo/world/fleet.ts';
import {undoRegressed} from '../../src/engine/undo-regressed.ts';
import type {Command, Engine} from '../../src/engine/interface.ts';
import {openEngine} from '../../src/engine/open-engine.ts';
import type {EngineSettings} from '../../src/engine/settings.ts';
import {PatchdeckError} from '../../src/model/error.ts';
import type {Host} from '../../src/model/host.ts';
import {rankingSchema} from '../../src/model/patch.ts';
import type {Session, Transport} from '../../src/ssh/session.ts';
import {hostNamed} from '../ssh/world.ts';
import {outcomeOfRun} from './outcome.ts';
import {createVirtualClock, type VirtualClock} from './virtual-clock.ts';

/** Some hosts of the demo in this process, a clock that nobody waits for, and consoles on them. */
export type SmallRun = {
  readonly stateDir: string;
  readonly clock: VirtualClock;
  readonly hosts: ReadonlyMap<string, DemoHost>;
  /** Jobs that each host was told to start, with an answer that was not "claimed". */
  readonly starts: Map<string, number>;
  /** Questions that hosts answered so far. */
  asked: number;
  /** What becomes of a question to a host; by default it is answered. A promise is waited for; thrown errors are those of the link. */
  interfere: (host: string, verb: string, when: 'before' | 'after') => unknown;
  /** What becomes of the bytes of an answer; by default they are as they were said. */
  mangle: (verb: string, stdout: Uint8Array) => Uint8Array;
  /** Opens a console: on the open run, or on one to be begun. */
  open(run: string | undefined, changes?: Partial<EngineSettings>): Promise<Engine>;
  remove(): Promise<void>;
};

const start = Date.parse('2026-11-24T03:00:00Z');

export const makeSmallRun = async (
  names: readonly string[] = ['web1', 'api2', 'cache1'],
  inventory: Record<string, Partial<Host>> = {},
  /** Other names in the inventory, of the hosts that their addresses name. */
  aliases: readonly Host[] = [],
): Promise<SmallRun> => {
  // In memory where there is such a disk: the crash tests sync it hundreds of thousands of times.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'patchdeck-faults-'));
  // What a console leaves elsewhere when its disk is gone goes with the rest.
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  const clock = createVirtualClock(start);
  const hosts = new Map(names.map((name, index) => [name, demoHost(name, index, clock.now())] as const));
  const starts = new Map<string, number>();
  // A clock that is set does not move the hosts': theirs is the time that passes.
  const timeOnHosts = (): number => start + clock.elapsed();
  const world: SmallRun = {
    stateDir: join(folder, 'state'),
    clock,
    hosts,
    starts,
    asked: 0,
    interfere: () => undefined,
    mangle: (_verb, stdout) => stdout,
    open: (run, changes = {}) =>
      openEngine(
        {
          stateDir: world.stateDir,
          cacheDir: join(folder, 'cache'),
          run,
          fleet:
            run === undefined
              ? {
                  inventory: {
                    fleet: 'small',
                    hosts: [...names.map(name => inventoryHost(name, inventory[name])), ...aliases],
                    groups: [],
                  },
                  text: 'fleet: small\n',
                  hosts: [...names, ...aliases.map(({name}) => name)],
                }
              : undefined,
          mode: 'demo',
          operator: 'ana',
          ssh: {
            configFile: 'none',
            identityFiles: [],
            knownHostsFiles: [],
            useAgent: false,
            deadlines: {connectMs: 1000, firstByteMs: 1000, scriptMs: 1000},
          },
          limits: {
            pollMs: 2000,
            patienceMs: 900_000,
            retryMs: 2000,
            concurrency: 10,
            failuresAllowed: 0,
            rebootMs: 600_000,
            settleMs: 10_000,
            leaseMs: 3_600_000,
          },
          kev: {},
          ...changes,
        },
        {
          now: () => clock.now(),
          elapsed: () => clock.elapsed(),
          sleep: (ms, signal) => clock.sleep(ms, signal),
          transport,
        },
      ),
    remove: async () => {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      await rm(folder, {recursive: true, force: true});
    },
  };
  const transport: Transport = {
    open: async (host, _ask, signal) => {
      await clock.sleep(20, signal);
      const found = hosts.get(host.name) ?? hosts.get(host.address);
      if (found === undefined) throw new Error(`no demo host ${host.name}`);
      advance(found, timeOnHosts());
      if (!isReachable(found, timeOnHosts())) throw refused(host.name);
      return sessionOn(host, found);
    },
    close: () => Promise.resolve(),
  };
  const sessionOn = (host: Host, demo: DemoHost): Session => {
    let open = true;
    const boot = demo.boot;
    return {
      host,
      hostKey: `SHA256:${demo.spec.name}`,
      get open() {
        advance(demo, timeOnHosts());
        return open && demo.boot === boot && isReachable(demo, timeOnHosts());
      },
      run: async (script, options = {}) => {
        const {signal} = options;
        signal?.throwIfAborted();
        await unlessAborted(world.interfere(host.name, script.verb, 'before'), signal);
        await clock.sleep(durationOf(demo, script.text), signal);
        advance(demo, timeOnHosts());
        if (!isReachable(demo, timeOnHosts())) throw refused(host.name);
        const jobsBefore = demo.jobs.size;
        const {stdout, stderr, code} = runScript(demo, script.text, timeOnHosts());
        world.asked += 1;
        if (script.verb === 'job.start' && demo.jobs.size > jobsBefore) {
          const id = [...demo.jobs.keys()].at(-1) ?? '';
          starts.set(id, (starts.get(id) ?? 0) + 1);
        }
        await unlessAborted(world.interfere(host.name, script.verb, 'after'), signal);
        return {stdout: world.mangle(script.verb, new TextEncoder().encode(stdout)), stderr, exit: {code}};
      },
      close: () => {
        open = false;
      },
    };
  };
  return world;
};

/** A console that closes waits for no host. */
const unlessAborted = async (what: unknown, signal: AbortSignal | undefined): Promise<void> => {
  if (signal === undefined || !(what instanceof Promise)) {
    await what;
    return;
  }
  const {promise, reject} = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([what, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

const demoHost = (name: string, index: number, now: number): DemoHost => {
  const spec = fleet.find(item => item.name === name);
  if (spec === undefined) throw new Error(`no ${name} in the demo fleet`);
  return createHost({...spec, story: {}}, {now, speed: 20, random: seededRandom(100 + index)});
};

const inventoryHost = (name: string, changes: Partial<Host> = {}): Host =>
  hostNamed(name, {canary: name === 'web1', become: 'sudo', ...changes});

export const refused = (name: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'ssh.refused',
    `${name} refused the connection; nothing was done there`,
    'look at it',
  );

/** The stages of a run up to, and with, the one that is named; those that are complete are not done again. */
export const drive = async (
  engine: Engine,
  until: 'scan' | 'plan' | 'test' | 'deploy' | 'verify',
): Promise<void> => {
  const submit = async (command: Command): Promise<void> => {
    const answer = await engine.submit(command);
    if (answer !== 'ok')
      throw new Error(`${command.type}: ${answer.what} (${answer.next})${troublesOf(engine)}`);
  };
  const settled = async (): Promise<void> => {
    await engine.idle();
    const {failed} = engine.state();
    if (failed !== undefined) throw new Error(failed);
  };
  const stage = async (name: 'identify' | 'prioritize' | 'test' | 'deploy' | 'verify'): Promise<void> => {
    if (engine.state().run?.run.stages[name].status === 'complete') return;
    await submit({type: 'start', stage: name});
    await settled();
  };
  const state = () => {
    const {run} = engine.state();
    if (run === undefined) throw new Error('no run');
    return run;
  };
  await settled();
  await stage('identify');
  if (until === 'scan') return;
  if (state().run.plan === undefined) {
    await stage('prioritize');
    const {ranking} = state().run;
    if (ranking === undefined) throw new Error('nothing was ranked');
    const {patches} = rankingSchema.parse(
      JSON.parse(new TextDecoder().decode(await engine.read(ranking.file))),
    );
    const wanted = patches.filter(patch => patch.security).map(patch => patch.id);
    if (state().run.chosen.size === 0) await submit({type: 'choose', patches: wanted, chosen: true});
    await submit({type: 'lock-plan', reboot: 'when-needed', reason: 'test'});
  }
  if (until === 'plan') return;
  await stage('test');
  await undoRegressed(engine, async () => stage('test'), settled);
  if (until === 'test') return;
  if (state().run.stages.test.signedOff === undefined) {
    await submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
  }
  await stage('deploy');
  if (until === 'deploy') return;
  await stage('verify');
};

/** What a run came to on its hosts and in its record: an undisturbed one and one that was disturbed have to be equal in it. */
export const outcomeOf = (world: SmallRun, engine: Engine): unknown => {
  const {run} = engine.state();
  if (run === undefined) throw new Error('no run');
  return {
    ...outcomeOfRun(run),
    packages: [...world.hosts].map(([name, host]) => [
      name,
      [...host.packages.values()].map(({name, version, status}) => `${name} ${version} ${status}`),
    ]),
  };
};

const troublesOf = (engine: Engine): string =>
  [...(engine.state().run?.hosts.values() ?? [])]
    .flatMap(({host, troubles}) => troubles.map(({what}) => `\n${host.name}: ${what}`))
    .join('');
