import type {Command} from 'commander';
import {z} from 'zod';
import {askHolder} from '../src/engine/ask-holder.ts';
import type {Slowing} from '../src/engine/interface.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {openRunOf} from '../src/store/run-store.ts';
import {exitCodes, refused} from './exit-code.ts';
import {check, readFlags, withFlags} from './flags.ts';
import {createOutput} from './output.ts';

const flagsSchema = z.object({
  reason: z.string().trim().min(1).max(300).default('asked from the command line'),
  afterWave: z.boolean().default(false),
});
type Asked = z.infer<typeof flagsSchema> & {by: string};

/** `pause`, `resume` and `stop`: what whoever holds the open run is asked to do, be it a console or another command. */
export const addSlowDown = (program: Command): void => {
  add(
    program,
    'pause',
    'nothing new starts in the run that is at work; hosts at work are followed',
    ({reason, by}) => ({
      type: 'pause',
      reason: `${reason} (${by})`,
    }),
  );
  add(program, 'resume', 'a paused run goes on', () => ({type: 'resume'}));
  add(
    program,
    'stop',
    'the stage at work ends after the hosts that are at work',
    ({reason, by, afterWave}) => ({
      type: 'stop',
      how: afterWave ? 'after-wave' : 'after-hosts',
      reason: `${reason} (${by})`,
    }),
  ).option('--after-wave', 'end after the wave instead');
};

const add = (
  program: Command,
  name: Slowing['type'],
  description: string,
  commandOf: (asked: Asked) => Slowing,
): Command =>
  withFlags(program.command(name))
    .description(description)
    .option('--reason <text>', 'why, for the journal')
    .addHelpText('after', `\nExample:\n  patchdeck ${name}\n`)
    .action(async (raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const flags = readFlags(raw);
        const run = flags.run ?? (await openRunOf(flags.stateDir));
        if (run === undefined) throw noRun();
        const asked = {...check(flagsSchema, raw), by: flags.operator};
        const answer = await askHolder(flags.stateDir, run, commandOf(asked));
        if (answer !== 'ok') throw refused(answer);
        output.result(name, {exit: exitCodes.done, run, summary: `run ${run}: ${done[name]}`, problems: []});
      } catch (error) {
        process.exitCode = output.error(name, error);
      }
    });

const done: Readonly<Record<Slowing['type'], string>> = {
  pause: 'paused, nothing new starts (`patchdeck resume` goes on)',
  resume: 'goes on',
  stop: 'stopping',
};

const noRun = (): PatchdeckError =>
  new PatchdeckError(
    'input',
    'run.none',
    'there is no open run; nothing was done',
    'see `patchdeck runs`, or name one with --run ID',
  );
