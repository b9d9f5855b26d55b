import {rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Command} from 'commander';
import {z} from 'zod';
import {connectEngine} from '../src/engine/connect-engine.ts';
import {undoRegressed} from '../src/engine/undo-regressed.ts';
import type {EngineSettings} from '../src/engine/settings.ts';
import type {Demo} from '../src/demo/start.ts';
import type {Inventory} from '../src/model/host.ts';
import {choose} from '../src/policy/select.ts';
import {members} from '../src/record/gates.ts';
import {defaultDeadlines} from '../src/ssh/session.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, withFlags, type Flags} from './flags.ts';
import {requireTerminal, showConsole, withScreenFlags, type ScreenFlags} from './open.ts';
import {createOutput, type Result} from './output.ts';
import {lock, readRanking} from './lock-plan.ts';
import {countsOf, exitOf, problemsOf} from './problems.ts';
import {limitsOf, engineWorker, onEngine, type Session} from './session.ts';

const ownFlags = z.object({
  headless: z.boolean().default(false),
  speed: z.coerce.number().min(0.1).max(1000).optional(),
});

/** How much faster than a person wants to watch a whole run goes by itself. */
const headlessSpeed = 20;

export const addDemo = (program: Command): void => {
  withScreenFlags(withFlags(program.command('demo')))
    .description('the console on an embedded fleet of simulated hosts, reached by real SSH')
    .option('--headless', 'one whole run without a terminal, to its end')
    .option('--speed <n>', 'how fast the simulated hosts work (1: as real ones)')
    .addHelpText('after', '\nExample:\n  patchdeck demo --headless --json\n')
    .action(async (raw: ScreenFlags & {json?: boolean}) => {
      const output = createOutput(raw.json === true);
      let demo: Demo | undefined;
      const {directory, remove, ready} = await temporaryFolder();
      try {
        const flags = readFlags(raw);
        const {headless, speed} = check(ownFlags, raw);
        if (!headless) requireTerminal();
        const {startDemo} = await import('../src/demo/start.ts');
        const {parseInventory} = await import('../src/inventory/parse.ts');
        const workerUrl = new URL('./worker-demo.js', import.meta.url);
        demo = await startDemo({workerUrl, directory, speed: speed ?? (headless ? headlessSpeed : 1)});
        const engine = await connectEngine(
          demoSettings(demo, parseInventory(demo.inventoryText, 'the demo inventory'), directory, flags),
          engineWorker,
        );
        ready();
        process.exitCode = headless
          ? await onEngine('demo', engine, flags, output, undefined, wholeRun)
          : await showConsole({engine, mode: 'demo'}, {fleet: 'demo-shop', operator: flags.operator}, raw);
      } catch (error) {
        process.exitCode = output.error('demo', error);
      } finally {
        await demo?.close();
        remove();
      }
    });
};

/** A folder that goes with the program, however it ends; until `ready` a signal ends it at once. */
const temporaryFolder = async (): Promise<{directory: string; remove: () => void; ready: () => void}> => {
  const directory = await mkdtemp(join(tmpdir(), 'patchdeck-demo-'));
  const remove = (): void => rmSync(directory, {recursive: true, force: true, maxRetries: 3});
  const quit = (): void => process.exit(exitCodes.interrupted);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  process.once('exit', remove);
  for (const signal of signals) process.once(signal, quit);
  return {directory, remove, ready: () => signals.forEach(signal => process.off(signal, quit))};
};

const demoSettings = (demo: Demo, inventory: Inventory, directory: string, flags: Flags): EngineSettings => {
  const limits = limitsOf(flags);
  return {
    stateDir: join(directory, 'state'),
    cacheDir: join(directory, 'cache'),
    run: undefined,
    fleet: {inventory, text: demo.inventoryText, hosts: inventory.hosts.map(host => host.name)},
    source: {named: join(directory, 'inventory.yaml'), directory},
    mode: 'demo',
    operator: flags.operator,
    ssh: {
      configFile: 'none',
      identityFiles: [demo.identityFile],
      knownHostsFiles: [demo.knownHostsFile],
      useAgent: false,
      deadlines: defaultDeadlines,
    },
    limits: {...limits, pollMs: 400, retryMs: 500, settleMs: 2000},
    kev: {file: demo.kev},
  };
};

/** What an operator would do, one stage after the other: leaves out who is silent, undoes what regressed, goes on with the rest. */
const wholeRun = async (session: Session): Promise<Result> => {
  await session.stage({type: 'start', stage: 'identify'});
  const silent = members(session.run())
    .filter(record => record.scan === undefined)
    .map(record => record.host.name);
  if (silent.length > 0) {
    await session.submit({type: 'leave-out', hosts: silent, reason: 'it did not answer'});
  }
  await session.stage({type: 'start', stage: 'prioritize'});
  const wanted = choose(await readRanking(session), {security: true});
  await lock(session, wanted, 'when-needed', 'every security patch');
  await session.stage({type: 'start', stage: 'test'});
  await undoRegressed(session.engine, session.stage, session.settled, session.stopped);
  await session.submit({
    type: 'sign-off',
    stage: 'test',
    name: session.flags.operator,
    reason: 'the canaries are healthy (demo)',
  });
  await session.stage({type: 'start', stage: 'deploy'});
  await session.stage({type: 'start', stage: 'verify'});
  const state = session.run();
  const problems = [...problemsOf(state), ...blockedOf(state)];
  return {
    exit: exitOf(problems),
    run: state.run.id,
    summary: `DEMO: ${state.run.stages.deploy.summary}; ${state.run.stages.verify.summary}`,
    counts: countsOf(state),
    blocked: [...state.run.blocked.keys()],
    problems,
  };
};

/** Versions that were found bad on the way: patched hosts do not have them. */
const blockedOf = (state: ReturnType<Session['run']>): Result['problems'] =>
  [...state.run.blocked].map(([patch, reason]) => ({
    code: 'version.blocked',
    what: `${patch} is blocked: ${reason}`,
    next: 'wait for its next version, or unblock it when its fault is understood',
  }));
