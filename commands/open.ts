import {userInfo} from 'node:os';
import type {Command} from 'commander';
import {PatchdeckError} from '../src/model/error.ts';
import {terminalRefusal} from '../components/terminal-refusal.ts';
import {connectEngine} from '../src/engine/connect-engine.ts';
import {followEngine} from '../src/engine/follow-engine.ts';
import type {Engine} from '../src/engine/interface.ts';
import type {EngineSettings} from '../src/engine/settings.ts';
import type {StageName} from '../src/model/phase.ts';
import type {ShallowRule} from '../src/model/policy.ts';
import {exitCodes} from './exit-code.ts';
import {withInventory} from './first-start.ts';
import {readFlags, withFlags} from './flags.ts';
import {createOutput} from './output.ts';
import {keepTerminal} from './keep-terminal.ts';
import {engineSettings, engineWorker} from './session.ts';
import {unknownCommand} from './usage-error.ts';

/** How the console is drawn. */
export type ScreenFlags = {ascii?: boolean; color?: boolean; screenReader?: boolean};

type OpenFlags = ScreenFlags & {new?: boolean; json?: boolean; policy?: string};

export const withScreenFlags = (command: Command): Command =>
  command
    .option('--ascii', 'ASCII only')
    .option('--no-color', 'no colours (or NO_COLOR)')
    .option('--screen-reader', 'without borders, for screen readers');

export const addOpen = (program: Command): void => {
  withScreenFlags(withFlags(program.command('open', {isDefault: true})))
    .argument('[hosts...]', 'names, groups, globs or tag:x for a new run; none means all')
    .option('--new', 'begin another run even if one is open')
    .option('--policy <file>', 'scan hosts of low risk shallowly, where the policy has it so')
    .description('the console; an open run is gone on with')
    .addHelpText('after', "\nExample:\n  patchdeck open 'web*' --inventory fleet.yaml\n")
    .action(async (patterns: string[], raw: OpenFlags) => {
      const output = createOutput(raw.json === true);
      const name = program.args[0] === 'open' ? 'open' : '';
      try {
        if (patterns.length > 0 && name === '') {
          throw unknownCommand(
            patterns[0] ?? '',
            program.commands.map(command => command.name()),
          );
        }
        requireTerminal();
        const shallow = raw.policy === undefined ? undefined : await shallowBy(raw.policy);
        // Loaded while the engine opens: what draws is the larger half of the program.
        const drawing = import('../components/start-console.tsx');
        const flags = readFlags(raw);
        const settings = await withInventory(flags, output, known =>
          engineSettings(known, raw.new === true ? 'new' : 'join', patterns),
        );
        const reopen = (): Promise<Opened> => openOrFollow(settings);
        const [opened] = await Promise.all([reopen(), drawing]);
        const fleet = opened.engine.state().run?.run.fleet ?? settings.fleet?.inventory.fleet ?? 'fleet';
        const about = {fleet, operator: flags.operator, shallow, reopen};
        process.exitCode = await showConsole(opened, about, raw);
      } catch (error) {
        process.exitCode = output.error(name, error);
      }
    });
};

const shallowBy = async (file: string): Promise<ShallowRule | undefined> => {
  const {loadPolicy} = await import('../src/policy/load-policy.ts');
  return (await loadPolicy(file)).policy.scan.shallow;
};

/** An engine, and what the console may do with it. */
type Opened = {engine: Engine; mode: 'live' | 'demo' | 'read-only'};

/** The run, or, where another console holds it, a look at it that follows live and changes nothing. */
const openOrFollow = async (settings: EngineSettings): Promise<Opened> => {
  try {
    return {engine: await connectEngine(settings, engineWorker), mode: 'live'};
  } catch (error) {
    if (!(error instanceof PatchdeckError) || error.code !== 'run.held' || settings.run === undefined)
      throw error;
    const {stateDir, run} = settings;
    return {engine: await followEngine(stateDir, run), mode: 'read-only'};
  }
};

/** Throws `terminal.none` where the console cannot be drawn, naming the subcommands. */
export const requireTerminal = (): void => {
  const refusal = terminalRefusal(process.stdin, process.stdout, process.env);
  if (refusal === undefined) return;
  throw new PatchdeckError(
    'input',
    'terminal.none',
    refusal,
    'use the subcommands: scan, plan, test, deploy, verify (each with --json); see patchdeck --help',
  );
};

/**
 * Shows the console on an open engine until the operator leaves, then closes the engine. `reopen` is how a console that only follows takes
 * the run over, in its place: where another one was faster, it follows that one.
 */
export const showConsole = async (
  opened: Opened,
  about: {
    fleet: string;
    operator?: string;
    shallow?: ShallowRule | undefined;
    reopen?: () => Promise<Opened>;
  },
  screen: ScreenFlags,
): Promise<number> => {
  const {startConsole} = await import('../components/start-console.tsx');
  // The terminal may be gone, the run is not: hosts finish by themselves and the next console goes on with them.
  let {engine, mode} = opened;
  let leaving: Promise<void> | undefined;
  const leave = (): void => {
    leaving ??= engine.close().finally(() => process.exit(exitCodes.interrupted));
  };
  // Not `once`: Ink ends a process at once whose only listener to a signal is its own.
  process.on('SIGHUP', leave);
  process.on('SIGTERM', leave);
  const leaveTerminal = keepTerminal();
  let stage: StageName | undefined;
  try {
    for (;;) {
      const left = await startConsole({
        engine,
        mode,
        fleet: about.fleet,
        ascii: screen.ascii === true,
        colour: screen.color !== false && (process.env['NO_COLOR'] ?? '') === '',
        screenReader: screen.screenReader === true,
        now: () => Date.now(),
        operator: about.operator ?? userInfo().username,
        shallow: about.shallow,
        ...(stage === undefined ? {} : {initialStage: stage}),
      });
      if (left.how === 'quit' || about.reopen === undefined) break;
      ({stage} = left);
      await engine.close();
      ({engine, mode} = await about.reopen());
    }
  } finally {
    leaveTerminal();
    await engine.close();
  }
  const {run} = engine.state();
  const open = run !== undefined && run.run.closed === undefined;
  if (open && mode === 'live') {
    process.stderr.write(`run ${run.run.id} is open; \`patchdeck\` goes on with it\n`);
  }
  return exitCodes.done;
};
