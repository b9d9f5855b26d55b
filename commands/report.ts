import {writeFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {renderMarkdown} from '../src/report/markdown.ts';
import {listRuns, readRun} from '../src/store/run-store.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, withFlags} from './flags.ts';
import {createOutput} from './output.ts';

const ownFlags = z.object({output: z.string().optional()});

export const addReport = (program: Command): void => {
  withFlags(program.command('report'))
    .description('a run as Markdown: decisions, changes, what is left to do; also while it is open elsewhere')
    .option('--output <file>', 'write it there instead of stdout')
    .addHelpText('after', '\nExample:\n  patchdeck report --output change-1234.md\n')
    .action(async (raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const flags = readFlags(raw);
        const own = check(ownFlags, raw);
        const id = flags.run ?? (await newestRun(flags.stateDir));
        const run = await readRun(flags.stateDir, id);
        for (const notice of run.notices) output.say(`! ${notice}`);
        const text = await renderMarkdown(run.state, digest => run.readFile(digest), new Date());
        if (own.output === undefined) output.print(text.trimEnd());
        else
          await writeFile(own.output, text, {flag: 'wx'}).catch((error: unknown) =>
            refuse(own.output, error),
          );
        const summary = own.output === undefined ? '' : `report of ${id} written to ${own.output}`;
        output.result('report', {
          exit: exitCodes.done,
          summary,
          run: id,
          ...(flags.json ? {report: text} : {}),
          problems: [],
        });
      } catch (error) {
        process.exitCode = output.error('report', error);
      }
    });
};

const newestRun = async (stateDir: string): Promise<string> => {
  const [newest] = await listRuns(stateDir);
  if (newest === undefined) {
    throw new PatchdeckError(
      'input',
      'run.none',
      `no run is kept in ${stateDir}; no report was made`,
      'begin with `patchdeck scan`',
    );
  }
  if (newest.problem === undefined) return newest.id;
  throw new PatchdeckError(
    'outside',
    'run.damaged',
    `the newest run, ${newest.id}, is not whole: ${newest.problem}; no report was made`,
    `what can be read of it: \`patchdeck report --run ${newest.id}\`; the others: \`patchdeck runs\``,
  );
};

const refuse = (path: string | undefined, cause: unknown): never => {
  throw new PatchdeckError(
    'input',
    'report.not-written',
    `${path ?? ''} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
    'name a file that does not exist yet, in a directory of yours',
    {cause},
  );
};
