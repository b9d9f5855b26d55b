import type {HostRecord} from '../../src/record/state.ts';
import {isCanary, turnOf, waveOf} from '../../src/record/wave-of.ts';
import {isFinal} from '../../src/model/phase.ts';
import {bar} from '../bar.ts';
import type {ConsoleState} from '../console-state.ts';
import {elapsed} from '../moments.ts';
import type {Line} from '../span.ts';
import type {FieldValue} from '../table/filter.ts';
import type {Column} from './screen.ts';
import {isActive, phaseStatus, statusSpan, urgency} from './status.ts';

export const hostColumn: Column<HostRecord> = {
  id: 'host',
  title: 'HOST',
  min: 8,
  max: 24,
  priority: 0,
  fits: record => record.host.name,
  cell: record => ({text: record.host.name}),
  order: record => record.host.name,
};

export const phaseColumn: Column<HostRecord> = {
  id: 'phase',
  title: 'PHASE',
  min: 15,
  max: 15,
  priority: 0,
  cell: (record, state) => statusSpan(phaseStatus(record), state),
  order: urgency,
};

export const progressColumn: Column<HostRecord> = {
  id: 'progress',
  title: 'PROGRESS',
  min: 14,
  max: 26,
  priority: 3,
  cell: (record, state, width) => progressOf(record, state, width),
};

export const timeColumn: Column<HostRecord> = {
  id: 'time',
  title: 'TIME',
  min: 6,
  max: 7,
  priority: 4,
  align: 'right',
  cell: (record, state) => ({text: timeOf(record, state.now)}),
  order: record => (isActive(record) ? Date.parse(record.phaseSince) : undefined),
};

export const waveColumn: Column<HostRecord> = {
  id: 'wave',
  title: 'WAVE',
  min: 6,
  max: 6,
  priority: 6,
  cell: record => ({text: turnOf(record).replace('wave ', '')}),
  order: record => (isCanary(record) ? 0 : waveOf(record)),
};

export const noteColumn: Column<HostRecord> = {
  id: 'note',
  title: 'NOTE',
  min: 14,
  max: 30,
  grow: true,
  priority: 2,
  cell: (record, state) => noteOf(record, state),
};

/** Fields that every table of hosts can be filtered by. */
export const hostFields: Readonly<Record<string, (record: HostRecord, state: ConsoleState) => FieldValue>> = {
  host: record => record.host.name,
  group: record => record.host.groups,
  tag: record => record.host.tags,
  wave: waveOf,
  owner: record => record.host.owner,
  criticality: record => record.host.criticality,
  exposure: record => record.host.exposure,
  data: record => record.host.data,
  address: record => record.host.address,
  kernel: record => record.scan?.kernel,
  os: record => record.scan?.os,
  phase: record => record.phase,
  updates: record => record.scan?.updates,
  security: record => record.scan?.security,
  trouble: record => record.troubles.map(trouble => `${trouble.code} ${trouble.what}`),
  is: (record, state) => traits(record, state),
};

/** What plain words are looked for in. */
export const hostText = (record: HostRecord): string =>
  [
    record.host.name,
    record.host.address,
    ...record.host.groups,
    ...record.host.tags,
    record.host.owner ?? '',
    record.scan?.os ?? '',
    record.phase,
    record.note,
    ...record.troubles.map(trouble => trouble.what),
  ].join(' ');

const traits = (record: HostRecord, state: ConsoleState): string[] => [
  ...supportTraits(record),
  // What is not stated has no value that could be asked for.
  ...(['criticality', 'exposure', 'data', 'owner'] as const).flatMap(what =>
    record.host[what] === undefined ? [`no-${what}`] : [],
  ),
  ...(isCanary(record) ? ['canary'] : []),
  ...(record.goesLast === undefined ? [] : ['last']),
  ...(record.leftOut === undefined ? [] : ['left-out']),
  ...(record.unreachable === undefined ? [] : ['unreachable']),
  ...(record.scan?.rebootWanted === true ? ['reboot'] : []),
  ...(record.scan?.depth === 'shallow' ? ['shallow'] : []),
  ...((record.scan?.held ?? 0) > 0 ? ['held'] : []),
  ...(record.troubles.length > 0 ? ['trouble'] : []),
  ...(record.handedOver === undefined ? [] : ['handed-over']),
  ...(isActive(record) ? ['active'] : []),
  ...(isFinal(record.phase) ? ['final', record.phase.replace(' ', '-')] : []),
  ...(state.ui.screens[state.ui.stage].selected.has(record.host.name) ? ['selected'] : []),
];

/** `limited`: only what follows its full support, as Debian's LTS. */
const supportTraits = ({scan}: HostRecord): string[] => {
  if (scan === undefined) return [];
  if (scan.endOfLife !== undefined) return ['end-of-life'];
  return scan.support === undefined ? [] : [`support-${scan.support.state}`];
};

const progressOf = (record: HostRecord, state: ConsoleState, width: number): Line => {
  const percent = isActive(record) ? state.engine.signals.get(record.host.name)?.percent : undefined;
  return percent === undefined ? [] : bar(percent, width, state.theme);
};

/** While it works: since its phase began. At the end: from the job that changed it to the end. Empty before. */
const timeOf = (record: HostRecord, now: number): string => {
  if (isActive(record)) return elapsed(now - Date.parse(record.phaseSince));
  const ms = upgradeMs(record);
  return ms === undefined ? '' : elapsed(ms);
};

/** From the first job of the present attempt that changed the host to its end, in ms; undefined while it has none. */
export const upgradeMs = (record: HostRecord): number | undefined => {
  const first = record.jobs.find(
    (job, index) => index >= record.attemptFrom && (job.kind === 'install' || job.kind === 'undo'),
  );
  return !isFinal(record.phase) || first === undefined
    ? undefined
    : Date.parse(record.phaseSince) - Date.parse(first.since);
};

const noteOf = (record: HostRecord, state: ConsoleState): Line => {
  if (record.leftOut !== undefined) return [{text: record.leftOut.reason, tone: 'quiet'}];
  if (record.handedOver !== undefined) return [{text: `handed to ${record.handedOver.owner}`, tone: 'warn'}];
  const trouble = record.troubles.at(-1);
  if (trouble !== undefined) return [{text: trouble.what, tone: 'bad'}];
  const signal = isActive(record) ? state.engine.signals.get(record.host.name) : undefined;
  if (signal !== undefined && signal.line !== '') return [{text: signal.line}];
  // The note of a staged host is its grade, which has a column of its own.
  return [{text: record.phase === 'staged' ? '' : record.note}];
};
