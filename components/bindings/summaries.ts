import {isFinal} from '../../src/model/phase.ts';
import {parsePatchId} from '../../src/model/patch.ts';
import {canariesOf, plannedHosts} from '../../src/record/gates.ts';
import type {HostRecord, RunState} from '../../src/record/state.ts';
import {isCanary, waveName, waveOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {submit} from '../deed.ts';
import {elapsed} from '../moments.ts';
import {waveNumbers} from '../screens/deploy.ts';
import {upgradeMs} from '../screens/host-columns.ts';
import {count, namesOf} from '../words.ts';
import type {Context} from './binding.ts';
import {hostNames} from './targets.ts';
import type {Layer, SummaryRow} from '../ui.ts';

/** How many rows a summary shows before it counts the rest. */
const mostRows = 6;

/** What the test stage will do to whom. */
export const testLayer = (state: ConsoleState, run: RunState): Layer => {
  const planned = plannedHosts(run).filter(record => record.phase !== 'skipped');
  const canaries = canariesOf(run);
  const open = canaries.filter(record => !isFinal(record.phase));
  const ended = canaries.filter(record => isFinal(record.phase));
  const others = planned.filter(record => !canaries.includes(record));
  return {
    kind: 'typed',
    title: `Test plan ${planName(run)}`,
    lines: [
      open.length === 0
        ? 'Nothing is CHANGED: the canaries are at their end.'
        : `Canaries are CHANGED: ${namesOf(hostNames(open), 6)}${planned.some(isCanary) ? '' : ' (none is marked: the least critical)'}.`,
      ...(ended.length === 0 ? [] : [`Not touched again: ${endedWords(ended)}.`]),
      'All others are checked and staged; nothing is installed on them.',
    ],
    table: [row('canaries', open, run), row('others', others, run)].filter(item => item['hosts'] !== 0),
    expect: [String(open.length), state.fleet],
    typed: '',
    then: submit('the test has started', {type: 'start', stage: 'test'}),
  };
};

/** `web1 (done), api1 (failed)` */
const endedWords = (records: readonly HostRecord[]): string =>
  namesOf(
    records.map(({host, phase}) => `${host.name} (${phase})`),
    4,
  );

/** What a deploy will change, wave by wave. `chosen`: only these hosts, when some are selected. */
export const deployLayer = ({state, view}: Context, run: RunState, chosen: readonly HostRecord[]): Layer => {
  const open = (chosen.length > 0 ? chosen : plannedHosts(run)).filter(isDeployable);
  const shown = new Set(view.ids);
  const hidden = open.filter(record => !shown.has(record.host.name)).length;
  const waves = waveNumbers(open);
  const rows = waves.slice(0, mostRows).map(wave =>
    row(
      waveName(wave),
      open.filter(record => !isCanary(record) && waveOf(record) === wave),
      run,
    ),
  );
  const late = open.filter(isCanary);
  const none = open.filter(record => record.point?.grade === 'none');
  return {
    kind: 'typed',
    title: `${run.run.stages.deploy.status === 'not-started' ? 'Deploy' : 'Go on deploying'} plan ${planName(run)}`,
    lines: [
      chosen.length > 0
        ? `Only the selected hosts: ${namesOf(hostNames(open), 6)}.`
        : 'All hosts of the plan that are not done.',
      ...(hidden === 0
        ? []
        : [`${count(hidden, 'host')} of them ${hidden === 1 ? 'is' : 'are'} hidden by the filter.`]),
      ...whatWords(run),
      none.length === 0
        ? 'Each has a tested way back.'
        : `${count(none.length, 'host')} cannot be rolled back: ${namesOf(hostNames(none), 6)}.`,
      `${canaryTime(run)} X stops after the hosts at work.`,
    ],
    table: [
      ...(late.length === 0 ? [] : [row('canaries', late, run)]),
      ...rows,
      ...(waves.length > mostRows
        ? [
            row(
              `${waves.length - mostRows} more`,
              open.filter(record => waves.indexOf(waveOf(record)) >= mostRows),
              run,
            ),
          ]
        : []),
    ],
    expect: [String(open.length), state.fleet],
    typed: '',
    then: submit('the deploy has started', {
      type: 'start',
      stage: 'deploy',
      ...(chosen.length > 0 ? {hosts: hostNames(open)} : {}),
    }),
  };
};

/** What is installed, and how. */
const whatWords = ({run}: RunState): string[] => {
  const patches = run.plan?.patches.flatMap(id => parsePatchId(id) ?? []) ?? [];
  if (patches.length === 0) return ['No patch is chosen: hosts are only rebooted where they need it.'];
  const names = namesOf([...new Set(patches.map(({source}) => source))], 4);
  const managers = [...new Set(patches.map(({manager}) => manager))].sort().join(', ');
  return [
    `${count(patches.length, 'patch', 'patches')} (${names}) by ${managers}, as jobs from what was staged.`,
  ];
};

/** How long the canaries took from the job that changed them to their end: the best guess there is. */
const canaryTime = (run: RunState): string => {
  const times = canariesOf(run)
    .filter(record => record.phase === 'done')
    .map(upgradeMs)
    .filter(ms => ms !== undefined);
  return times.length === 0
    ? 'When it ends is not known before the first hosts are done.'
    : `A host takes about ${elapsed(Math.max(...times))}, as the canaries did.`;
};

/** A deploy would still change it. */
export const isDeployable = (record: HostRecord): boolean =>
  record.leftOut === undefined && !isFinal(record.phase);

/** What a rollback will put back, host by host. */
export const rollBackLayer = (context: Context, hosts: readonly HostRecord[], reason: string): Layer => {
  const shown = hosts.slice(0, mostRows);
  const more = hosts.length - shown.length;
  const weak = hosts.filter(record => record.point?.grade !== 'full');
  return {
    kind: 'typed',
    title: `Roll back ${count(hosts.length, 'host')}`,
    lines: [
      'Versions, packages, marks and config files go back to the rollback point, proven by state.',
      weak.length === 0
        ? 'Not undone: what services wrote into their own data meanwhile.'
        : `Not a full way back: ${namesOf(hostNames(weak), 5)}. Data that services wrote is never undone.`,
    ],
    table: [
      ...shown.map(record => ({
        host: record.host.name,
        now: record.phase,
        packages: record.planned?.changes ?? 0,
        'way back': record.point?.grade ?? 'none',
      })),
      ...(more > 0
        ? [
            {
              host: `${more} more`,
              now: '',
              packages: packagesOf(hosts.slice(mostRows)),
              'way back': gradesOf(hosts.slice(mostRows)),
            },
          ]
        : []),
    ],
    expect: [String(hosts.length), context.state.fleet],
    typed: '',
    then: {
      ...submit('rolling back', {type: 'roll-back', hosts: hostNames(hosts), reason}),
      change: ui => ({...ui, suspects: {...ui.suspects, ...suspectsOf(hosts)}}),
    },
  };
};

/** `1f0c9a3e, revision 2` */
export const planName = (run: RunState): string =>
  run.run.plan === undefined
    ? '(none)'
    : `${run.run.plan.digest.slice(0, 8)}, revision ${run.run.plan.revision}`;

const row = (name: string, records: readonly HostRecord[], run: RunState): SummaryRow => ({
  part: name,
  hosts: records.length,
  packages: packagesOf(records),
  reboot: run.run.plan?.reboot === 'when-needed' ? 'when needed' : 'never',
  'way back': gradesOf(records),
});

const packagesOf = (records: readonly HostRecord[]): number =>
  records.reduce((sum, record) => sum + (record.planned?.changes ?? 0), 0);

/** `10 full, 2 none`; hosts that were not graded yet are counted as such. */
const gradesOf = (records: readonly HostRecord[]): string => {
  const words = (['full', 'partial', 'none'] as const).flatMap(grade => {
    const n = records.filter(record => record.point?.grade === grade).length;
    return n === 0 ? [] : [`${n} ${grade}`];
  });
  const open = records.filter(record => record.point === undefined).length;
  return [...words, ...(open === 0 ? [] : [`${open} not graded`])].join(', ');
};

const suspectsOf = (hosts: readonly HostRecord[]): Record<string, readonly string[]> =>
  Object.fromEntries(
    hosts
      .map(record => [record.host.name, record.troubles.flatMap(trouble => trouble.suspects ?? [])] as const)
      .filter(([, suspects]) => suspects.length > 0),
  );
