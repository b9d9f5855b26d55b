import type {Command} from 'commander';
import {z} from 'zod';
import {listRuns} from '../src/store/run-store.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, withFlags} from './flags.ts';
import {createOutput} from './output.ts';
import {countsOf} from './problems.ts';
import {addHandOver} from './runs-hand-over.ts';
import {withEngine} from './session.ts';
import {table} from './table.ts';

const mend = (id: string): string =>
  `what can be read of it: \`patchdeck report --run ${id}\`; hosts are asked what is true by \`patchdeck scan --new\``;

const closeFlags = z.object({reason: z.string().trim().min(1).max(500)});

export const addRuns = (program: Command): void => {
  const runs = program
    .command('runs')
    .description('the runs of this state directory')
    .addHelpText('after', '\nExample:\n  patchdeck runs --json\n');
  withFlags(runs.command('list', {isDefault: true}))
    .description('what ran, newest first')
    .addHelpText('after', '\nExample:\n  patchdeck runs --json\n')
    .action(async (raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const {stateDir, run} = readFlags(raw);
        const all = await listRuns(stateDir, run);
        output.print(
          table(
            ['run', 'fleet', 'mode', 'begun', 'state'],
            all.map(run => [
              run.id,
              run.fleet,
              run.mode,
              run.startedAt,
              run.problem === undefined ? run.summary : 'not whole, see below',
            ]),
          ),
        );
        const problems = all.flatMap(({id, problem}) =>
          problem === undefined ? [] : [{code: 'run.damaged', what: `${id}: ${problem}`, next: mend(id)}],
        );
        output.result('runs', {exit: exitCodes.done, summary: `${all.length} runs`, runs: all, problems});
      } catch (error) {
        process.exitCode = output.error('runs', error);
      }
    });
  withFlags(runs.command('close'))
    .description('close the open run (or the one of --run): what was held off on hosts is let go')
    .requiredOption('--reason <text>', 'why')
    .addHelpText('after', '\nExample:\n  patchdeck runs close --reason "all verified"\n')
    .action((raw: unknown) =>
      withEngine('runs close', raw, {which: 'need'}, async session => {
        await session.settled();
        await session.submit({type: 'close', reason: check(closeFlags, raw).reason});
        const state = session.run();
        return {
          exit: exitCodes.done,
          run: state.run.id,
          summary: `run ${state.run.id} is closed`,
          counts: countsOf(state),
          problems: [],
        };
      }),
    );
  addHandOver(runs);
};
