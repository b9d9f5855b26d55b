import {hostname} from 'node:os';
import {resolve} from 'node:path';
import type {Command} from 'commander';
import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {openRunOf} from '../src/store/run-store.ts';
import {exportRun, importRun} from '../src/store/archive.ts';
import {verifyRun, type SeenHead} from '../src/store/verify-run.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, withFlags, type Flags} from './flags.ts';
import {createOutput} from './output.ts';

/** `runs export`, `runs import` and `runs verify`: a run goes to another machine, and its record proves itself. */
export const addHandOver = (runs: Command): void => {
  withFlags(runs.command('export'))
    .argument('<file>', 'where the run is written; it must not be there')
    .description('write the open run (or the one of --run) into one file, for another console to go on with')
    .addHelpText('after', '\nExample:\n  patchdeck runs export /tmp/run.patchdeck\n')
    .action((file: string, raw: unknown) =>
      told('runs export', raw, async flags => {
        const from = `${flags.operator} at ${hostname()}`;
        const header = await exportRun(flags.stateDir, await runOf(flags), resolve(file), from);
        return {
          exit: exitCodes.done,
          run: header.run,
          summary: `run ${header.run} is in ${file}: ${header.head.seq} events, ${header.files.length} files; take it over with \`patchdeck runs import\``,
          problems: [],
        };
      }),
    );
  withFlags(runs.command('import'))
    .argument('<file>', 'an exported run')
    .description(
      'take over a run from a file: hosts refuse the console it came from, and are asked what is true',
    )
    .addHelpText('after', '\nExample:\n  patchdeck runs import run.patchdeck && patchdeck\n')
    .action((file: string, raw: unknown) =>
      told('runs import', raw, async flags => {
        const {run, epoch, from} = await importRun(
          flags.stateDir,
          resolve(file),
          `operator ${flags.operator}`,
        );
        return {
          exit: exitCodes.done,
          run,
          epoch,
          summary: `run ${run} of ${from} is taken over (epoch ${epoch}); the next command asks every host before anything of it is believed`,
          problems: [],
        };
      }),
    );
  withFlags(runs.command('verify'))
    .option('--signers <file>', 'who may have signed it, as in allowed_signers of ssh-keygen')
    .option('--heads <file>', 'lines `HOST run ID event N sha256 HASH` out of the syslog of hosts')
    .description(
      'whether the record of the open run (or the one of --run) is as it was written, or where it is not',
    )
    .addHelpText(
      'after',
      "\nExample:\n  patchdeck runs verify --run 20261124-0233-1a2b --signers signers\n\nWhat a host has seen:\n  ssh web1 journalctl -t patchdeck -o cat | sed 's/^/web1 /' >> heads\n",
    )
    .action((raw: unknown) =>
      told('runs verify', raw, async flags => {
        const own = check(verifyFlags, raw);
        const id = await runOf(flags);
        const seen = own.heads === undefined ? [] : await seenIn(own.heads, id);
        const found = await verifyRun(flags.stateDir, id, {allowed: own.signers, seen});
        const whose = found.signers.length === 0 ? '' : ` by ${found.signers.join(', ')}`;
        const heads = `${found.heads} heads kept, ${found.signed} of them signed${whose}, ${seen.length} seen by hosts`;
        const intact = found.broken.length === 0;
        return {
          ...found,
          exit: intact ? exitCodes.done : exitCodes.hosts,
          summary: `run ${id} is ${intact ? 'intact' : 'NOT what was recorded'}: ${found.events} events, ${found.files} files; ${heads}`,
          problems: found.broken.map(what => ({
            code: 'run.broken',
            what,
            next: 'compare with an export of it, and with the syslog of its hosts; ask every host what is true by `patchdeck scan --new`',
          })),
        };
      }),
    );
};

const verifyFlags = z.object({signers: z.string().optional(), heads: z.string().optional()});

const told = async (
  name: string,
  raw: unknown,
  work: (flags: Flags) => Promise<Parameters<ReturnType<typeof createOutput>['result']>[1]>,
): Promise<void> => {
  const output = createOutput((raw as {json?: boolean}).json === true);
  try {
    const result = await work(readFlags(raw));
    output.result(name, result);
    process.exitCode = result.exit;
  } catch (error) {
    process.exitCode = output.error(name, error);
  }
};

const runOf = async (flags: Flags): Promise<string> => {
  const run = flags.run ?? (await openRunOf(flags.stateDir));
  if (run !== undefined) return run;
  throw new PatchdeckError(
    'gate',
    'run.none',
    'there is no open run; nothing was done',
    'name one (--run ID); `patchdeck runs` lists them',
  );
};

const headPattern = /^(\S+) (?:.* )?run (\S+) event (\d{1,12}) sha256 ([0-9a-f]{64})$/;

const seenIn = async (path: string, run: string): Promise<SeenHead[]> => {
  const {readFile} = await import('node:fs/promises');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new PatchdeckError(
      'input',
      'flags.heads',
      `${path} cannot be read; nothing was verified`,
      'name a file with lines of the hosts’ syslog',
      {cause},
    );
  });
  return text.split('\n').flatMap(line => {
    const [, where = '', id = '', seq = '', hash = ''] = headPattern.exec(line.trimEnd()) ?? [];
    return id === run ? [{where, seq: Number(seq), hash}] : [];
  });
};
