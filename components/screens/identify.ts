import {securityCount} from '../../src/model/scan.ts';
import type {HostRecord} from '../../src/record/state.ts';
import type {ConsoleState} from '../console-state.ts';
import {ageOf, ago} from '../moments.ts';
import {line, span, type Line, type Span} from '../span.ts';
import {count, number} from '../words.ts';
import {hostColumn, hostFields, hostText} from './host-columns.ts';
import {makeScreen} from './make-screen.ts';
import type {Column} from './screen.ts';
import {scanStatus, statusSpan} from './status.ts';
import {aboutHost, labelled, troubleLines} from './strips.ts';

const scanNumber = (
  id: 'updates' | 'held' | 'notInstalled',
  title: string,
  priority: number,
): Column<HostRecord> => ({
  id,
  title,
  min: Math.max(4, title.length),
  max: Math.max(4, title.length),
  priority,
  align: 'right',
  cell: record => numberSpan(record.scan?.[id], record.scan?.depth === 'shallow'),
  order: record => record.scan?.[id],
});

const columns: readonly Column<HostRecord>[] = [
  hostColumn,
  {
    id: 'status',
    title: 'STATUS',
    min: 12,
    max: 12,
    priority: 0,
    cell: (record, state) => statusSpan(scanStatus(record, state), state),
    order: record => (record.leftOut === undefined ? severity(record) : 9),
  },
  {
    id: 'security',
    title: 'SEC',
    min: 4,
    max: 4,
    priority: 1,
    align: 'right',
    cell: record => securitySpan(record.scan),
    order: record =>
      record.scan === undefined ? undefined : record.scan.security + (isUnsaid(record) ? 0.5 : 0),
  },
  scanNumber('updates', 'ALL', 2),
  scanNumber('notInstalled', 'NOT', 8),
  scanNumber('held', 'HELD', 7),
  {
    id: 'reboot',
    title: 'REBOOT',
    min: 6,
    max: 6,
    priority: 3,
    cell: record => {
      const word = rebootWord(record);
      return word === '' ? span('') : span(word, 'warn');
    },
    order: record => ['wanted', '?', ''].indexOf(rebootWord(record)),
  },
  {
    id: 'age',
    title: 'AGE',
    min: 6,
    max: 6,
    priority: 4,
    align: 'right',
    cell: (record, state) => {
      const at = record.scan?.at ?? record.unreachable?.at;
      return span(at === undefined ? '' : ageOf(at, state.now), 'quiet');
    },
    order: record => ageKey(record),
  },
  {
    id: 'os',
    title: 'SYSTEM',
    min: 20,
    max: 34,
    grow: true,
    priority: 5,
    cell: record => systemOf(record),
    order: record => record.scan?.os,
  },
];

export const identifyScreen = makeScreen<HostRecord>({
  stage: 'identify',
  noun: 'host',
  source: state => [state.engine.run?.hosts, state.version],
  items: state => [...(state.engine.run?.hosts.values() ?? [])],
  id: record => record.host.name,
  columns,
  sort: {column: 'host', reverse: false},
  fields: hostFields,
  text: hostText,
  marked: state => state.ui.screens.identify.selected,
  headline: state => headline(state),
  strip: (record, state, width) => strip(record, state, width),
  empty: () => [
    'Identify asks every host of the inventory what it is, what is pending and what it holds back.',
    'Nothing is changed: package lists are refreshed, that is all.',
    'b begins the scan.',
  ],
});

const headline = (state: ConsoleState): Line => {
  const records = [...(state.engine.run?.hosts.values() ?? [])];
  if (records.length === 0) return line(span('no host was asked yet', 'quiet'));
  const taking = records.filter(record => record.leftOut === undefined);
  const answered = taking.filter(record => record.scan !== undefined && record.unreachable === undefined);
  const silent = taking.filter(record => record.unreachable !== undefined);
  const exposed = answered.filter(record => (record.scan?.security ?? 0) > 0);
  const security = answered.reduce((sum, record) => sum + (record.scan?.security ?? 0), 0);
  const unsaid = answered.filter(record => isUnsaid(record) && record.scan?.security === 0);
  const reboots = answered.filter(record => record.scan?.rebootWanted === true);
  const shallow = answered.filter(record => record.scan?.depth === 'shallow').length;
  const leftOut = records.length - taking.length;
  return line(
    `${number(answered.length)} of ${number(taking.length)} answered`,
    ...(silent.length === 0 ? [] : ['   ', span(`${number(silent.length)} silent`, 'bad')]),
    '   ',
    span(
      `${number(exposed.length)} exposed, ${count(security, 'security fix', 'security fixes')}`,
      exposed.length > 0 ? 'warn' : unsaid.length > 0 ? undefined : 'good',
    ),
    ...(unsaid.length === 0 ? [] : [span(`, ${number(unsaid.length)} perhaps`, 'warn')]),
    ...(shallow === 0 ? [] : ['   ', span(`${number(shallow)} shallow`, 'warn')]),
    ...(reboots.length === 0 ? [] : [`   ${count(reboots.length, 'reboot')}`]),
    ...(leftOut === 0 ? [] : ['   ', span(`${number(leftOut)} left out`, 'quiet')]),
  );
};

const strip = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  if (record.leftOut !== undefined) {
    const {by, reason} = record.leftOut;
    return [...aboutHost(record, state, width), ...labelled('left out', `by ${by}: ${reason}`, width, state)];
  }
  if (record.troubles.length > 0) return troubleLines(record, state, width);
  const {scan} = record;
  if (scan === undefined) {
    const asked = state.engine.run?.run.stages.identify.status === 'running';
    const now = asked ? state.engine.signals.get(record.host.name)?.line : undefined;
    return [
      ...aboutHost(record, state, width),
      ...(now === undefined ? [] : labelled('now', now, width, state, 1)),
    ];
  }
  const pending =
    scan.updates === 0
      ? scan.depth === 'shallow'
        ? 'nothing known to be'
        : 'nothing pending'
      : `${count(scan.updates, 'update')}, ${number(scan.security)} of them for security${scan.securityUnknown === undefined ? '' : `, of ${number(scan.securityUnknown)} nobody says`}`;
  const not =
    scan.notInstalled === 0 ? '' : `; ${number(scan.notInstalled)} would not be installed (enter says why)`;
  const shallow = scan.depth === 'shallow' ? '; only a shallow scan, more may be (r scans it whole)' : '';
  return [
    ...aboutHost(record, state, width),
    ...labelled('pending', pending + not + shallow, width, state, 1),
    ...labelled(
      'system',
      `${shortSystem(scan.os)}, kernel ${scan.kernel}, asked ${ago(scan.at, state.now)}`,
      width,
      state,
      1,
    ),
  ];
};

/** Missing is not zero: '?' is what nobody knows, and after a shallow scan it may be more. */
const numberSpan = (n: number | undefined, isShallow: boolean): Span => {
  if (n === undefined) return span('?', 'quiet');
  if (isShallow) return span(`${number(n)}+`);
  return n === 0 ? span('0', 'quiet') : span(number(n));
};

const securitySpan = (scan: HostRecord['scan']): Span => {
  if (scan === undefined) return span('?', 'quiet');
  const word = securityCount(scan);
  return span(word, word === '0' ? 'quiet' : 'warn');
};

const rebootWord = ({scan}: HostRecord): 'wanted' | '?' | '' => {
  if (scan?.rebootWanted === true) return 'wanted';
  return scan?.rebootUnknown === undefined ? '' : '?';
};

/** Of some of its updates nobody says whether they close a hole. */
const isUnsaid = ({scan}: HostRecord): boolean => scan?.securityUnknown !== undefined;

const systemOf = (record: HostRecord): Span => {
  if (record.leftOut !== undefined) return span(record.leftOut.reason, 'quiet');
  if (record.unreachable !== undefined) return span(record.unreachable.what, 'bad');
  const system = shortSystem(record.scan?.os ?? '');
  if (record.scan?.endOfLife !== undefined) return span(`${system}, end of life`, 'warn');
  return span(record.scan?.support?.state === 'unknown' ? `${system}, support unknown` : system);
};

const severity = (record: HostRecord): number => {
  if (record.unreachable !== undefined) return 0;
  if (record.scan === undefined) return 4;
  if (record.scan.broken > 0) return 1;
  return record.scan.security > 0 || isUnsaid(record) ? 2 : record.scan.updates > 0 ? 3 : 5;
};

const ageKey = (record: HostRecord): number | undefined => {
  const at = record.scan?.at ?? record.unreachable?.at;
  return at === undefined ? undefined : -Date.parse(at);
};

/** `Debian 12 (bookworm)`: the words that all its releases share say nothing in a column. */
const shortSystem = (os: string): string => os.replace('GNU/Linux ', '');
