import {connectEngine} from '../src/engine/connect-engine.ts';
import type {Command, Engine} from '../src/engine/interface.ts';
import type {EngineSettings} from '../src/engine/settings.ts';
import {selectHosts} from '../src/inventory/select.ts';
import type {Inventory} from '../src/model/host.ts';
import {PatchdeckError} from '../src/model/error.ts';
import type {RunState} from '../src/record/state.ts';
import {defaultFollowLimits} from '../src/jobs/follow.ts';
import {defaultRolloutLimits} from '../src/rollout/context.ts';
import {defaultDeadlines} from '../src/ssh/session.ts';
import {damagedRunOf, listRuns, openRunOf, type RunSummary} from '../src/store/run-store.ts';
import {answerQuestions} from './answer-questions.ts';
import {exitCodes, refused, type ExitCode} from './exit-code.ts';
import {readFlags, readPasswordFile, requireSshConfig, type Flags} from './flags.ts';
import {interrupted, stopOnInterrupt, type Interrupt} from './interrupt.ts';
import {createOutput, type Output, type Result} from './output.ts';

/** What a command works with. */
export type Session = {
  engine: Engine;
  output: Output;
  flags: Flags;
  /** The run's state; throws `run.none` when there is none. */
  run: () => RunState;
  /** Submits and throws a refusal as an error. */
  submit: (command: Command) => Promise<void>;
  /** Starts a stage and follows it to its end. Throws when the engine could not go on. */
  stage: (command: Extract<Command, {type: 'start'}>) => Promise<void>;
  /** Waits until nothing is under way. */
  settled: () => Promise<void>;
  /** The operator asked for nothing new to begin. */
  stopped: () => boolean;
};

/** Which run a command opens. `join`: the open one, or one to be begun. `need`: the open one. `new`: always another one. */
type Which = 'join' | 'need' | 'new';

/** Runs a command on an engine of its own and sets the exit code. */
export const withEngine = async (
  name: string,
  rawFlags: unknown,
  options: {which: Which; hosts?: readonly string[]; rankedAt?: number | undefined},
  work: (session: Session) => Promise<Result>,
): Promise<void> => {
  const output = createOutput((rawFlags as {json?: boolean}).json === true);
  try {
    const flags = readFlags(rawFlags);
    if (flags.run !== undefined) refuseDamaged(await listRuns(flags.stateDir, flags.run));
    const opened = await engineSettings(flags, options.which, options.hosts ?? []);
    const settings = {...opened, rankedAt: options.rankedAt};
    const password = await readPasswordFile(flags.becomePasswordFile);
    const engine = await connectEngine(settings, engineWorker);
    process.exitCode = await onEngine(name, engine, flags, output, password, work);
  } catch (error) {
    process.exitCode = output.error(name, error);
  }
};

/** The engine's thread, beside the bundle. */
export const engineWorker = new URL('./worker-engine.js', import.meta.url);

/** Runs a command on an open engine and closes it. Gives the exit code. */
export const onEngine = async (
  name: string,
  engine: Engine,
  flags: Flags,
  output: Output,
  becomePassword: string | undefined,
  work: (session: Session) => Promise<Result>,
): Promise<ExitCode> => {
  const said = new Set<string>();
  const sayNotices = (): void => {
    const fresh = engine.state().notices.filter(notice => !said.has(notice));
    for (const notice of fresh) output.say(`! ${notice}`);
    for (const notice of fresh) said.add(notice);
  };
  sayNotices();
  const unsubscribe = engine.subscribe(change => {
    if (change.engine) sayNotices();
    output.changes(change);
  });
  answerQuestions(engine, {hostKeys: flags.acceptHostKey, becomePassword});
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= engine.close());
  const interrupt = stopOnInterrupt(engine, output, close);
  try {
    const result = await work(createSession(engine, output, flags, interrupt));
    const exit = interrupt.asked ? exitCodes.interrupted : result.exit;
    // The result is the last line: nothing of what comes while closing may follow it.
    unsubscribe();
    output.result(name, {...result, exit});
    return exit;
  } catch (error) {
    unsubscribe();
    return output.error(
      name,
      interrupt.leaving ? interrupted(interrupt) : error,
      interrupt.asked ? exitCodes.interrupted : undefined,
    );
  } finally {
    await close();
    interrupt.dispose();
  }
};

const createSession = (engine: Engine, output: Output, flags: Flags, interrupt: Interrupt): Session => {
  const submit = async (command: Command): Promise<void> => {
    if (interrupt.asked) throw interrupted(interrupt);
    const answer = await engine.submit(command);
    if (answer !== 'ok') throw refused(answer);
  };
  const settled = async (): Promise<void> => {
    await engine.idle();
    if (interrupt.leaving) throw interrupted(interrupt);
    const {failed} = engine.state();
    if (failed !== undefined) throw engineFailed(failed);
  };
  return {
    engine,
    output,
    flags,
    run: () => {
      const {run} = engine.state();
      if (run === undefined) throw noRun();
      return run;
    },
    submit,
    stage: async command => {
      await submit(command);
      if (interrupt.asked) interrupt.again();
      await settled();
    },
    settled,
    stopped: () => interrupt.asked,
  };
};

/** A disk that is full is no fault of ours; what nobody foresaw is. */
const engineFailed = (why: string): Error =>
  why.startsWith('unexpected: ')
    ? new Error(why)
    : new PatchdeckError('outside', 'engine.failed', why, 'the same command goes on where it was');

const noRun = (): PatchdeckError =>
  new PatchdeckError(
    'gate',
    'run.none',
    'there is no open run; nothing was done',
    'begin with `patchdeck scan`',
  );

/** Settings of an engine from flags: the run that is meant, and the hosts a new one would have. */
export const engineSettings = async (
  flags: Flags,
  which: Which,
  patterns: readonly string[],
): Promise<EngineSettings> => {
  requireSshConfig(flags.sshConfig);
  const run = which === 'new' ? undefined : (flags.run ?? (await runToGoOnWith(flags.stateDir)));
  if (run === undefined && which === 'need') throw noRun();
  const fleet = run === undefined ? await fleetOf(flags, patterns) : undefined;
  return {
    stateDir: flags.stateDir,
    cacheDir: flags.cacheDir,
    run,
    fleet,
    source: {named: flags.inventory, overlay: flags.overlay, directory: process.cwd()},
    mode: 'live',
    operator: flags.operator,
    ssh: {
      ...(flags.sshConfig === undefined ? {} : {configFile: flags.sshConfig}),
      identityFiles: [],
      knownHostsFiles: [],
      useAgent: true,
      deadlines: defaultDeadlines,
    },
    limits: limitsOf(flags),
    kev: kevOf(flags.kev),
    signKey: flags.signKey,
  };
};

/** The open run. Throws `run.damaged` where the newest cannot be read: an older one, or none, would be taken for it in silence. */
const runToGoOnWith = async (stateDir: string): Promise<string | undefined> => {
  const damaged = await damagedRunOf(stateDir);
  if (damaged === undefined) return await openRunOf(stateDir);
  throw damagedRun(`the newest run, ${damaged.id},`, damaged.problem);
};

/** What can still be read of such a run, a report and the console show; nothing can be done in it. */
const refuseDamaged = ([run]: readonly RunSummary[]): void => {
  if (run?.problem !== undefined) throw damagedRun(`run ${run.id}`, run.problem);
};

const damagedRun = (which: string, problem: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'run.damaged',
    `${which} cannot be gone on with: ${problem}; nothing was done`,
    'begin another with `patchdeck scan --new`, which asks every host what is true, or name the run that is meant (--run ID)',
  );

export const limitsOf = (flags: Flags): EngineSettings['limits'] => ({
  ...defaultFollowLimits,
  ...defaultRolloutLimits,
  concurrency: flags.concurrency,
  failuresAllowed: flags.failuresAllowed,
});

export const kevOf = (source: string | undefined): EngineSettings['kev'] => {
  if (source === undefined) return {};
  return /^https?:\/\//.test(source) ? {url: source} : {file: source};
};

const fleetOf = async (flags: Flags, patterns: readonly string[]): Promise<EngineSettings['fleet']> => {
  // Later: YAML takes its time to load, and a run that is open needs no inventory.
  const {findInventory, loadInventory} = await import('../src/inventory/load.ts');
  const path = await findInventory(flags.inventory, process.env, process.cwd());
  const {inventory, text, notices} = await loadInventory(path, flags);
  const hosts = selectHosts(inventory, [...patterns], flags.exclude).map(host => host.name);
  return {inventory, text, hosts, notices};
};

/** The hosts of a run that patterns mean; none means all of them. Throws as `selectHosts`. */
export const hostsOfRun = (
  run: RunState,
  patterns: readonly string[],
  exclude: readonly string[],
): string[] => {
  const hosts = [...run.hosts.values()]
    .filter(record => record.leftOut === undefined)
    .map(record => record.host);
  const groups = [...new Set(hosts.flatMap(host => host.groups))];
  const inventory: Inventory = {fleet: run.run.fleet, hosts, groups};
  return selectHosts(inventory, [...patterns], [...exclude]).map(host => host.name);
};
