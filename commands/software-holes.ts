import {z} from 'zod';
import {readHoles} from '../src/engine/read-holes.ts';
import type {HoleAnswer, HoleOnHost, HoleQuestion} from '../src/model/hole.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {holeWords} from '../src/model/hole-words.ts';
import type {RunReading} from '../src/store/run-store.ts';
import {exitCodes} from './exit-code.ts';
import {check} from './flags.ts';
import type {Output} from './output.ts';
import {hostsOfRun} from './session.ts';
import {table} from './table.ts';

const ownFlags = z.object({
  cve: z
    .string()
    .regex(/^CVE-\d{4}-\d{4,19}$/i, 'a CVE id, as CVE-2026-1234')
    .optional(),
  cves: z.string().optional(),
});

/** What `--cve` or `--cves` asks for; undefined when neither is there. Throws for both, and for what packages are asked for with. */
export const readHoleQuestion = (
  raw: unknown,
  others: {pattern: readonly string[]; host: readonly string[]; files: readonly (string | undefined)[]},
): HoleQuestion | undefined => {
  const {cve, cves} = check(ownFlags, raw);
  if (cve === undefined && cves === undefined) return undefined;
  const asksMore =
    others.pattern.length > 0 || others.host.length > 0 || others.files.some(file => file !== undefined);
  if ((cve !== undefined && cves !== undefined) || asksMore) throw twoQuestions();
  return cve === undefined ? {host: cves ?? ''} : {cve: cve.toUpperCase()};
};

/** Answers from what the last ranking of the run found. Sets the exit code. */
export const tellHoles = async (output: Output, run: RunReading, question: HoleQuestion): Promise<void> => {
  const asked = 'cve' in question ? question : {host: hostOf(run, question.host)};
  const answer = await readHoles(run.state, digest => run.readFile(digest), asked);
  const {holes, unknown} = answer;
  if (holes.length > 0) output.print('cve' in asked ? byHost(holes) : byCve(holes));
  if (unknown.length > 0)
    output.say(`! not known of, beyond what changelogs of pending updates say: ${unknown.join(', ')}`);
  const exit = unknown.length > 0 ? exitCodes.hosts : exitCodes.done;
  output.result('software', {
    exit,
    summary: sentence(asked, answer),
    run: run.state.run.id,
    unknown,
    holes,
    problems: [],
  });
  if (exit !== exitCodes.done) process.exitCode = exit;
};

const hostOf = (run: RunReading, name: string): string => {
  const [host, ...more] = hostsOfRun(run.state, [name], []);
  if (host !== undefined && more.length === 0) return host;
  throw new PatchdeckError(
    'input',
    'software.one-host',
    `${name.slice(0, 100)} means ${more.length + 1} hosts; nothing was looked for`,
    'name one host with --cves',
  );
};

const byHost = (holes: readonly HoleOnHost[]): string =>
  table(
    ['host', 'source', 'installed', 'state'],
    holes.map(hole => [hole.host, hole.source, hole.installed ?? '?', holeWords(hole)]),
  );

const byCve = (holes: readonly HoleOnHost[]): string =>
  table(
    ['cve', 'exploited', 'severity', 'source', 'installed', 'state'],
    holes.map(hole => [
      hole.cve,
      hole.exploited ? 'yes' : '',
      hole.severity ?? '?',
      hole.source,
      hole.installed ?? '?',
      holeWords(hole),
    ]),
  );

const sentence = (question: HoleQuestion, {holes, unknown}: HoleAnswer): string => {
  const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
  const open = new Set(holes.map(hole => ('cve' in question ? hole.host : hole.cve))).size;
  const rest = unknown.length === 0 ? '' : `, unknown on ${unknown.length}`;
  if ('cve' in question) {
    const exploited = holes[0]?.exploited === true ? ', which is exploited' : '';
    return `${question.cve}${exploited}: open on ${count(open, 'host')}${rest}`;
  }
  const exploited = new Set(holes.filter(hole => hole.exploited).map(({cve}) => cve)).size;
  return `${question.host}: ${count(open, 'CVE')} open, ${exploited} exploited${unknown.length === 0 ? '' : ', and more that no records speak of'}`;
};

const twoQuestions = (): PatchdeckError =>
  new PatchdeckError(
    'input',
    'software.two-questions',
    '--cve and --cves ask for vulnerabilities, one of them at a time and nothing else; nothing was looked for',
    'ask `patchdeck software --cve CVE-2026-1234` or `patchdeck software --cves HOST` alone',
  );
