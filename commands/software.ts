import {randomUUID} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import type {Command} from 'commander';
import {z} from 'zod';
import {PatchdeckError} from '../src/model/error.ts';
import {softwareInScan} from '../src/report/software-in-scan.ts';
import {readQuestion, type Question, type SoftwareRow} from '../src/report/software.ts';
import {listRuns, readRun, type RunReading} from '../src/store/run-store.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, repeated, withFlags} from './flags.ts';
import {createOutput} from './output.ts';
import {hostsOfRun} from './session.ts';
import {readHoleQuestion, tellHoles} from './software-holes.ts';
import {table} from './table.ts';

const ownFlags = z.object({
  host: z.array(z.string()).default([]),
  csv: z.string().optional(),
  cyclonedx: z.string().optional(),
});

export const addSoftware = (program: Command): void => {
  withFlags(program.command('software'))
    .argument(
      '[pattern...]',
      "package or source, with a version if need be: openssl, 'lib*', 'openssl<3.0.20'",
    )
    .description('who has what: everything installed, as the last scan saw it; also as CSV and CycloneDX')
    .option(
      '--host <pattern>',
      'on these hosts only: names, groups, globs or tag:x; may be repeated',
      repeated,
    )
    .option('--cve <id>', 'which hosts have this vulnerability, by the last ranking')
    .option('--cves <host>', 'which vulnerabilities this host has, by the last ranking')
    .option('--csv <file>', 'write what was found as CSV')
    .option('--cyclonedx <file>', 'write what was found as CycloneDX 1.6 JSON')
    .addHelpText(
      'after',
      "\nExamples:\n  patchdeck software openssl 3.0.20\n  patchdeck software 'linux-image*<6.1.147-1' --host web\n  patchdeck software --cve CVE-2026-1234\n  patchdeck software --cyclonedx fleet.cdx.json\n",
    )
    .action(async (pattern: string[], raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const flags = readFlags(raw);
        const own = check(ownFlags, raw);
        const about = readHoleQuestion(raw, {pattern, host: own.host, files: [own.csv, own.cyclonedx]});
        const question = readQuestion(pattern);
        const id = flags.run ?? (await newestRun(flags.stateDir));
        const run = await readRun(flags.stateDir, id);
        for (const notice of run.notices) output.say(`! ${notice}`);
        if (about !== undefined) {
          await tellHoles(output, run, about);
          return;
        }
        const hosts = hostsOfRun(run.state, own.host, flags.exclude);
        const {rows, silent, newest} = await lookUp(run, hosts, question);
        if (own.csv !== undefined) {
          const {softwareCsv} = await import('../src/report/software-csv.ts');
          await write(own.csv, softwareCsv(rows));
        }
        if (own.cyclonedx !== undefined) {
          const {softwareCycloneDx} = await import('../src/report/software-cyclonedx.ts');
          const of = {fleet: run.state.run.fleet, run: id, at: newest, serial: randomUUID()};
          await write(own.cyclonedx, softwareCycloneDx(rows, of));
        }
        const written = [own.csv, own.cyclonedx].filter(file => file !== undefined);
        if (written.length === 0 && rows.length > 0)
          output.print(question === undefined ? overview(rows) : found(rows));
        if (silent.length > 0)
          output.say(
            `! not scanned, so what they have is unknown: ${silent.slice(0, 20).join(', ')}${silent.length > 20 ? ` and ${silent.length - 20} more` : ''}`,
          );
        const summary = `${sentence(question, rows, hosts.length - silent.length)}${written.length === 0 ? '' : `, written to ${written.join(' and ')}`}`;
        output.result('software', {
          exit: silent.length > 0 ? exitCodes.hosts : exitCodes.done,
          summary,
          run: id,
          unknown: silent,
          ...(flags.json && written.length === 0 ? {software: rows} : {}),
          problems: [],
        });
        if (silent.length > 0) process.exitCode = exitCodes.hosts;
      } catch (error) {
        process.exitCode = output.error('software', error);
      }
    });
};

/** What the scans say, read one after the other; who was not scanned, and when the newest was made. */
const lookUp = async (
  run: RunReading,
  hosts: readonly string[],
  question: Question | undefined,
): Promise<{rows: SoftwareRow[]; silent: string[]; newest: string}> => {
  const rows: SoftwareRow[] = [];
  const silent: string[] = [];
  let newest = '';
  for (const host of [...hosts].sort()) {
    const file = run.state.hosts.get(host)?.scan?.file;
    if (file === undefined) {
      silent.push(host);
      continue;
    }
    const scan = softwareInScan(await run.readFile(file), question);
    for (const row of scan.rows) rows.push(row);
    if (scan.at > newest) newest = scan.at;
  }
  return {rows, silent, newest: newest || run.state.run.startedAt};
};

const found = (rows: readonly SoftwareRow[]): string =>
  table(
    ['host', 'package', 'arch', 'version', 'source', 'system'],
    rows.map(row => [
      row.host,
      row.name,
      row.arch,
      row.version,
      `${row.source} ${row.sourceVersion}`,
      row.os.name,
    ]),
  );

/** Every version of everything, with how many hosts have it. */
const overview = (rows: readonly SoftwareRow[]): string => {
  const hosts = new Map<string, {row: SoftwareRow; count: number}>();
  for (const row of rows) {
    const key = JSON.stringify([row.name, row.arch, row.version]);
    const known = hosts.get(key);
    if (known === undefined) hosts.set(key, {row, count: 1});
    else known.count++;
  }
  const sorted = [...hosts.values()].sort((a, b) =>
    a.row.name < b.row.name ? -1 : a.row.name > b.row.name ? 1 : b.count - a.count,
  );
  return table(
    ['package', 'arch', 'version', 'hosts'],
    sorted.map(({row, count}) => [row.name, row.arch, row.version, String(count)]),
  );
};

const sentence = (question: Question | undefined, rows: readonly SoftwareRow[], scanned: number): string => {
  const have = new Set(rows.map(row => row.host)).size;
  const what =
    question === undefined
      ? `${rows.length} installed packages`
      : `${question.glob}${question.version === undefined ? '' : ` ${question.version.comparison} ${question.version.wanted}`}`;
  return question === undefined
    ? `${what} on ${have} of ${scanned} scanned hosts`
    : `${what}: on ${have} of ${scanned} scanned hosts`;
};

const newestRun = async (stateDir: string): Promise<string> => {
  const [newest] = (await listRuns(stateDir)).filter(run => run.problem === undefined);
  if (newest !== undefined) return newest.id;
  throw new PatchdeckError(
    'input',
    'run.none',
    `no run is kept in ${stateDir}`,
    'begin with `patchdeck scan`',
  );
};

const write = async (path: string, text: string): Promise<void> => {
  await writeFile(path, text, {flag: 'wx', mode: 0o600}).catch((cause: unknown) => {
    throw new PatchdeckError(
      'input',
      'software.not-written',
      `${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      'name a file that does not exist yet, in a directory of yours',
      {cause},
    );
  });
};
