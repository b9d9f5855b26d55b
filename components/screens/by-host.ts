import type {ConsoleState} from '../console-state.ts';
import {span, strong, type Line, type Span} from '../span.ts';
import {count, namesOf, number} from '../words.ts';
import {closable, hostRows, type HostRow} from './hole-rows.ts';
import {makeScreen} from './make-screen.ts';
import {prioritizeEmpty, prioritizeHeadline} from './prioritize.ts';
import type {Column} from './screen.ts';
import {labelled} from './strips.ts';

const amount = (
  id: string,
  title: string,
  priority: number,
  of: (row: HostRow, state: ConsoleState) => number | undefined,
): Column<HostRow> => ({
  id,
  title,
  min: Math.max(5, title.length),
  max: Math.max(5, title.length),
  priority,
  align: 'right',
  cell: (row, state) => amountSpan(of(row, state), id === 'exploited'),
  order: of,
});

const columns: readonly Column<HostRow>[] = [
  {
    id: 'host',
    title: 'HOST',
    min: 8,
    max: 24,
    priority: 0,
    fits: row => row.record.host.name,
    cell: row => strong(row.record.host.name),
    order: row => row.record.host.name,
  },
  amount('exploited', 'EXPLOITED', 0, row => exploitedOn(row)),
  amount('fixes', 'FIXES', 1, row => (row.record.scan === undefined ? undefined : row.cves.size)),
  amount('chosen', 'CHOSEN', 2, (row, state) =>
    row.record.scan === undefined ? undefined : chosenOn(row, state).size,
  ),
  amount('open', 'OPEN', 1, row => row.stays?.open),
  {
    id: 'weight',
    title: 'WEIGHT',
    min: 16,
    max: 30,
    grow: true,
    priority: 3,
    cell: row => weightCell(row),
    order: row => weightKey(row),
  },
];

/** Every host: how many vulnerabilities its pending updates close, how many of these by chosen ones, and how many stay. */
export const byHostScreen = makeScreen<HostRow>({
  stage: 'prioritize',
  screen: 'by-host',
  noun: 'host',
  source: state => [state.ranking?.value, state.engine.run?.hosts, state.version],
  items: state => [...hostRows(state).values()],
  id: row => row.record.host.name,
  columns,
  sort: {column: 'exploited', reverse: true},
  fields: {
    host: row => row.record.host.name,
    group: row => row.record.host.groups,
    tag: row => row.record.host.tags,
    criticality: row => row.record.host.criticality,
    exposure: row => row.record.host.exposure,
    data: row => row.record.host.data,
    cve: row => [...row.cves],
    patch: row => row.patches.map(({source}) => source),
    exploited: row => exploitedOn(row),
    fixes: row => row.cves.size,
    open: row => row.stays?.open,
    is: (row, state) => [
      ...((exploitedOn(row) ?? 0) > 0 ? ['kev', 'exploited'] : []),
      ...(row.stays === undefined ? ['unknown'] : []),
      ...(isChosen(row, state) ? ['chosen'] : []),
    ],
  },
  text: row => [row.record.host.name, ...row.record.host.groups, ...row.cves].join(' '),
  marked: state => markedHosts(state),
  headline: prioritizeHeadline,
  strip: (row, state, width) => strip(row, state, width),
  empty: prioritizeEmpty,
});

/** Pending and without an update; undefined where neither is known. */
const exploitedOn = ({record, exploited, stays}: HostRow): number | undefined =>
  record.scan === undefined || (stays === undefined && exploited.size === 0)
    ? undefined
    : exploited.size + (stays?.exploited ?? 0);

const chosenOn = ({patches}: HostRow, state: ConsoleState): Set<string> => {
  const chosen = state.engine.run?.run.chosen;
  return new Set(patches.filter(({id}) => chosen?.has(id) === true).flatMap(({cves}) => cves));
};

/** Every patch that closes something there, and can be chosen, is. */
const isChosen = ({patches}: HostRow, state: ConsoleState): boolean => {
  const chosen = state.engine.run?.run.chosen;
  const some = closable(patches);
  return some.length > 0 && some.every(({id}) => chosen?.has(id) === true);
};

const markedHosts = (state: ConsoleState): ReadonlySet<string> => {
  const chosen = state.engine.run?.run.chosen;
  if (chosen === undefined || chosen.size === 0) return new Set();
  return new Set([...hostRows(state)].filter(([, row]) => isChosen(row, state)).map(([name]) => name));
};

const amountSpan = (n: number | undefined, isBad: boolean): Span => {
  if (n === undefined) return span('?', 'quiet');
  return n === 0 ? span('-', 'quiet') : span(number(n), isBad ? 'bad' : undefined);
};

const weightCell = ({record: {host}}: HostRow): Line => [
  span(
    [host.exposure ?? 'exposure not stated', host.criticality ?? 'criticality not stated', host.data ?? '']
      .filter(word => word !== '')
      .join(', '),
    host.exposure === 'internet' ? 'warn' : 'quiet',
  ),
];

/** What faces the internet first, then what is critical. */
const weightKey = ({record: {host}}: HostRow): number => {
  const exposure = {internet: 0, internal: 1, isolated: 3}[host.exposure ?? 'internal'];
  const criticality = {critical: 0, high: 1, medium: 2, low: 3}[host.criticality ?? 'medium'];
  return exposure * 10 + criticality;
};

const strip = (row: HostRow, state: ConsoleState, width: number): Line[] => {
  if (row.record.scan === undefined)
    return labelled('host', 'It was not scanned: what is open on it is unknown.', width, state, 1);
  const chosen = chosenOn(row, state).size;
  const names = namesOf(
    row.patches.map(({source}) => source),
    5,
  );
  const fixes =
    row.cves.size === 0
      ? 'its pending updates are not known to close any'
      : `${count(row.cves.size, 'CVE')} by ${count(row.patches.length, 'patch', 'patches')} (${names}), ${number(chosen)} by chosen ones`;
  const stays =
    row.stays === undefined
      ? 'unknown: no records speak of it'
      : `${count(row.stays.open, 'hole')} that no update closes, ${number(row.stays.exploited)} exploited`;
  return [
    ...labelled('fixes', fixes, width, state, 2),
    ...labelled('open', stays, width, state, 1),
    ...(row.exploited.size === 0
      ? []
      : labelled('exploited', namesOf([...row.exploited], 4), width, state, 1)),
  ];
};
