import type {Baseline} from '../model/facts.ts';
import {cleanLine} from '../model/clean.ts';
import {momentSchema} from '../model/moment.ts';
import {rankingSchema} from '../model/patch.ts';
import {describeReach} from '../model/reach.ts';
import {planSchema} from '../model/plan.ts';
import {stageNames} from '../model/phase.ts';
import type {HostRecord, RunState} from '../record/state.ts';

/** Gives the bytes of a file of the run by its digest; throws when it is not there. */
export type ReadFile = (digest: string) => Promise<Uint8Array>;

/** A run as Markdown, for the ticket and for the auditor: what was decided by whom, what was done where, what is not as it should be. */
export const renderMarkdown = async (state: RunState, read: ReadFile, now: Date): Promise<string> => {
  const {run} = state;
  const hosts = [...state.hosts.values()];
  const parts = [
    `# Patch run ${run.id}: ${run.fleet}`,
    '',
    ...(run.mode === 'demo' ? ['**DEMO: simulated hosts.**', ''] : []),
    `Begun ${run.startedAt} by ${cleanLine(run.startedBy)}. Report of ${now.toISOString()}. ${closing(state)}`,
    '',
    '## Stages',
    '',
    '| stage | state | began | ended | what came of it | signed off |',
    '|---|---|---|---|---|---|',
    ...stageNames.map(name => {
      const stage = run.stages[name];
      const signed =
        stage.signedOff === undefined ? '' : `${stage.signedOff.name}: ${stage.signedOff.reason}`;
      return row(name, stage.status, stage.startedAt ?? '', stage.endedAt ?? '', stage.summary, signed);
    }),
    '',
    ...(await patchesPart(state, read)),
    '## Hosts',
    '',
    '| host | phase | way back | packages | rebooted | verified | note | reached by |',
    '|---|---|---|---|---|---|---|---|',
    ...hosts.map(hostRow),
    '',
    ...orderPart(hosts),
    ...attention(hosts),
    ...(await changesPart(state, read)),
    ...(await healthPart(hosts, read)),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
};

const closing = ({run}: RunState): string =>
  run.closed === undefined
    ? 'The run is open.'
    : `Closed ${run.closed.at}: ${cleanLine(run.closed.reason, 500)}.`;

const patchesPart = async ({run}: RunState, read: ReadFile): Promise<string[]> => {
  if (run.ranking === undefined) return [];
  const ranking = rankingSchema.parse(parse(await read(run.ranking.file)));
  const chosen = ranking.patches.filter(patch => run.chosen.has(patch.id) || run.blocked.has(patch.id));
  return [
    '## Patches',
    '',
    ...ranking.inputs.map(input => `- ${cleanLine(input, 500)}`),
    '',
    `${chosen.length} of ${ranking.patches.length} patches were decided on.`,
    '',
    '| score | patch | hosts | CVEs | why | decision |',
    '|---|---|---|---|---|---|',
    ...chosen.map(patch =>
      row(
        patch.score === null ? '?' : String(patch.score),
        `${patch.source} ${patch.version}`,
        String(patch.hosts.length),
        patch.cves.join(' ') || patch.cveSource,
        patch.why,
        run.blocked.has(patch.id) ? `blocked: ${run.blocked.get(patch.id) ?? ''}` : 'chosen',
      ),
    ),
    '',
  ];
};

const hostRow = (record: HostRecord): string =>
  row(
    record.host.name,
    record.leftOut === undefined ? record.phase : 'left out',
    record.point?.grade ?? '',
    String(record.planned?.changes ?? 0),
    record.rebooted === 0 ? '' : String(record.rebooted),
    verifiedCell(record),
    record.leftOut === undefined ? record.note : `${record.leftOut.reason} (${record.leftOut.by})`,
    record.scan?.reach === undefined ? '' : describeReach(record.scan.reach),
  );

/** With the scan that it rests on, as the run keeps it. */
const verifiedCell = ({verified}: HostRecord): string => {
  if (verified === undefined) return '';
  const scan = verified.scan === undefined ? '' : ` (scan ${verified.scan.slice(0, 12)})`;
  return `${verified.good ? 'as planned' : 'not as planned'}${scan}`;
};

/** Who was to go after all others, and why. */
const orderPart = (hosts: readonly HostRecord[]): string[] => {
  const last = hosts.flatMap(({host, goesLast}) =>
    goesLast === undefined ? [] : [{name: host.name, ...goesLast}],
  );
  if (last.length === 0) return [];
  return [
    'After all others, each alone:',
    '',
    ...last.sort((a, b) => a.place - b.place).map(({name, why}) => `1. ${cleanLine(`${name}: ${why}`, 600)}`),
    '',
  ];
};

const attention = (hosts: readonly HostRecord[]): string[] => {
  const items = hosts.flatMap(record => [
    // What was found at the last look says more than what went wrong before it.
    ...(record.verified === undefined
      ? record.troubles.map(trouble => `${record.host.name}: ${trouble.what}. Next: ${trouble.next}`)
      : record.verified.findings.map(finding => `${record.host.name}: ${finding}`)),
    ...(record.handedOver === undefined
      ? []
      : [`${record.host.name}: handed to ${record.handedOver.owner} (${record.handedOver.reason})`]),
    ...(record.scan?.documented ?? []).map(({sentence}) => `${record.host.name}: ${sentence}`),
    ...(record.scan?.limits ?? []).map(limit => `${record.host.name}: ${limit}`),
    ...(record.scan?.rebootUnknown === undefined
      ? []
      : [`${record.host.name}: ${record.scan.rebootUnknown}`]),
    ...record.leases.map(lease => `${record.host.name}: ${lease.what} until ${lease.expires}`),
  ]);
  if (items.length === 0) return ['## Left to do', '', 'Nothing.', ''];
  return ['## Left to do', '', ...items.map(item => `- ${cleanLine(item, 600)}`), ''];
};

const changesPart = async (state: RunState, read: ReadFile): Promise<string[]> => {
  const byPlan = Map.groupBy(state.hosts.values(), record => record.planned?.planDigest);
  const parts: string[] = [];
  for (const [digest, records] of byPlan) {
    if (digest === undefined) continue;
    const plan = planSchema.parse(parse(await read(digest)));
    const names = new Set(records.map(record => record.host.name));
    parts.push(`## Plan ${digest.slice(0, 12)} (revision ${plan.revision})`, '');
    for (const host of plan.hosts.filter(candidate => names.has(candidate.host))) {
      parts.push(`### ${host.host}`, '');
      for (const [index, {manager, changes}] of host.steps.entries()) {
        if (host.steps.length > 1) parts.push(`Step ${index + 1}, by ${manager}:`, '');
        parts.push('| package | from | to |', '|---|---|---|');
        for (const {name, arch, from, to} of changes)
          parts.push(row(`${name}:${arch}`, from ?? '(new)', to ?? '(removed)'));
        parts.push('');
      }
    }
  }
  return parts;
};

const healthPart = async (hosts: readonly HostRecord[], read: ReadFile): Promise<string[]> => {
  const rows: string[] = [];
  for (const {host, baseline} of hosts) {
    if (baseline.before === undefined || baseline.after === undefined) continue;
    const before = momentSchema.parse(parse(await read(baseline.before))).baseline;
    const after = momentSchema.parse(parse(await read(baseline.after))).baseline;
    rows.push(
      row(
        host.name,
        bothOf(before, after, 'servicesUnknown', 'failedUnits'),
        bothOf(before, after, 'servicesUnknown', 'activeServices'),
        bothOf(before, after, 'socketsUnknown', 'sockets'),
        `${before.load} / ${after.load}`,
        `${megabytes(before.availableBytes)} / ${megabytes(after.availableBytes)}`,
      ),
    );
  }
  if (rows.length === 0) return [];
  return [
    '## Before and after',
    '',
    '| host | failed units | services | sockets | load | memory available |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ];
};

const bothOf = (
  before: Baseline,
  after: Baseline,
  unknown: 'servicesUnknown' | 'socketsUnknown',
  which: 'failedUnits' | 'activeServices' | 'sockets',
): string =>
  [before, after]
    .map(moment => (moment[unknown] === undefined ? moment[which].length : 'not known'))
    .join(' / ');

const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** What hosts and people wrote cannot break out of its cell. */
const row = (...cells: string[]): string =>
  `| ${cells.map(cell => cleanLine(cell, 500).replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
