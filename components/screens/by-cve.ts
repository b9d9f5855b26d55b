import {stateWords} from '../../src/model/hole-words.ts';
import type {Severity} from '../../src/model/advisory.ts';
import type {ConsoleState} from '../console-state.ts';
import {span, strong, type Line, type Span} from '../span.ts';
import {count, namesOf, number} from '../words.ts';
import {badness, cveRows, type CveRow} from './hole-rows.ts';
import {makeScreen} from './make-screen.ts';
import {percentWord} from './patch-words.ts';
import {prioritizeEmpty, prioritizeHeadline} from './prioritize.ts';
import type {Column} from './screen.ts';
import {labelled} from './strips.ts';

const columns: readonly Column<CveRow>[] = [
  {
    id: 'cve',
    title: 'CVE',
    min: 13,
    max: 19,
    priority: 0,
    fits: row => row.cve,
    cell: row => strong(row.cve),
    order: row => row.cve,
  },
  {
    id: 'worst',
    title: 'HOW BAD',
    min: 10,
    max: 10,
    priority: 0,
    cell: (row, state) => severityCell(row, state),
    order: row => badness(row),
  },
  {
    id: 'epss',
    title: 'EPSS',
    min: 5,
    max: 5,
    priority: 4,
    align: 'right',
    cell: row => (row.epss === undefined ? span('?', 'quiet') : span(percentWord(row.epss))),
    order: row => row.epss,
  },
  {
    id: 'closes',
    title: 'FIXES',
    min: 5,
    max: 6,
    fits: row => number(row.closes),
    priority: 1,
    align: 'right',
    cell: row => (row.patches.length === 0 ? span('-', 'quiet') : span(number(row.closes))),
    order: row => row.closes,
  },
  {
    id: 'open',
    title: 'OPEN',
    min: 4,
    max: 6,
    fits: row => `${number(row.open)}+`,
    priority: 1,
    align: 'right',
    cell: (row, state) => openCell(row, state),
    order: row => row.open,
  },
  {
    id: 'by',
    title: 'CLOSED BY',
    min: 16,
    max: 24,
    grow: true,
    priority: 2,
    cell: row => closedByCell(row),
    order: row => row.patches[0]?.source,
  },
];

/** Every vulnerability that is known of: what closes it, on how many hosts, and on how many nothing does. */
export const byCveScreen = makeScreen<CveRow>({
  stage: 'prioritize',
  screen: 'by-cve',
  noun: 'CVE',
  source: state => [state.ranking?.value],
  items: state => [...cveRows(state).values()],
  id: row => row.cve,
  columns,
  sort: {column: 'worst', reverse: false},
  fields: {
    cve: row => row.cve,
    severity: row => row.severity ?? 'unknown',
    epss: row => (row.epss === undefined ? undefined : row.epss * 100),
    patch: row => row.patches.map(({source}) => source),
    source: row => [...row.patches.map(({source}) => source), ...row.holes.map(({source}) => source)],
    host: row => [...row.patches.flatMap(({hosts}) => hosts), ...row.holes.flatMap(({hosts}) => hosts)],
    fixes: row => row.closes,
    open: row => row.open,
    is: (row, state) => [
      ...(row.exploited === undefined ? [] : ['kev', 'exploited']),
      ...(row.exploited?.ransomware === true ? ['ransomware'] : []),
      ...(row.holes.length === 0 ? [] : ['open']),
      ...(isClosedByChosen(row, state) ? ['chosen'] : []),
      ...row.holes.map(({state: stands}) => stands),
    ],
  },
  text: row =>
    [
      row.cve,
      row.severity ?? '',
      ...row.patches.map(({source, version}) => `${source} ${version}`),
      ...row.holes.map(({source}) => source),
    ].join(' '),
  marked: state => markedCves(state),
  headline: prioritizeHeadline,
  strip: (row, state, width) => [
    ...labelled('how bad', howBad(row), width, state, 1),
    ...labelled('fixes', fixWords(row, state), width, state, 1),
    ...labelled('open', openWords(row, state), width, state, 2),
  ],
  empty: prioritizeEmpty,
});

/** Marked: every patch that closes it is chosen. */
const isClosedByChosen = ({patches}: CveRow, state: ConsoleState): boolean => {
  const chosen = state.engine.run?.run.chosen;
  return patches.length > 0 && patches.every(({id}) => chosen?.has(id) === true);
};

const markedCves = (state: ConsoleState): ReadonlySet<string> => {
  const chosen = state.engine.run?.run.chosen;
  if (chosen === undefined || chosen.size === 0) return new Set();
  return new Set(
    [...cveRows(state).values()].filter(row => isClosedByChosen(row, state)).map(({cve}) => cve),
  );
};

const shortSeverity: Readonly<Record<Severity, string>> = {
  critical: 'crit',
  high: 'high',
  medium: 'med',
  low: 'low',
  negligible: 'negl',
};

const severityCell = (row: CveRow, {theme}: ConsoleState): Span | Line => {
  const word = row.severity === undefined ? '' : shortSeverity[row.severity];
  if (row.exploited !== undefined) return span(`${theme.glyphs.warn} kev ${word}`.trim(), 'bad');
  if (word === '') return span('? unknown', 'quiet');
  const isSevere = row.severity === 'critical' || row.severity === 'high';
  return isSevere
    ? span(`${theme.glyphs.up} ${word}`, 'warn')
    : span(`${theme.glyphs.idle} ${word}`, 'quiet');
};

const openCell = ({holes, open}: CveRow, state: ConsoleState): Span => {
  if (state.ranking?.value?.findings === undefined) return span('?', 'quiet');
  if (holes.length === 0) return span('-', 'quiet');
  const sources = new Set(holes.map(({source}) => source));
  return span(`${number(open)}${sources.size > 1 ? '+' : ''}`, 'warn');
};

const closedByCell = ({patches, holes}: CveRow): Line => {
  const [first, ...more] = patches;
  if (first === undefined) {
    const [hole] = holes;
    return [span(hole === undefined ? 'nothing' : `${hole.source}: ${stateWords[hole.state]}`, 'warn')];
  }
  const others = more.length === 0 ? '' : ` +${more.length}`;
  return [strong(`${first.source}${others}`), span(` ${first.version}`)];
};

/** `exploited since 2 Jan, due 23 Jan, by ransomware; severity high, EPSS 41 %` */
export const howBad = ({exploited, severity, epss}: CveRow): string =>
  [
    ...(exploited === undefined
      ? []
      : [
          `exploited since ${exploited.since}${exploited.due === '' ? '' : `, due ${exploited.due}`}${exploited.ransomware ? ', by ransomware' : ''}`,
        ]),
    `severity ${severity ?? 'unknown'}`,
    epss === undefined ? 'EPSS unknown' : `EPSS ${percentWord(epss)}`,
  ].join('; ');

const fixWords = ({patches, closes}: CveRow, state: ConsoleState): string => {
  if (patches.length === 0) return 'no pending update closes it';
  const chosen = patches.filter(({id}) => state.engine.run?.run.chosen.has(id) === true).length;
  const words = chosen === 0 ? 'none chosen' : chosen === patches.length ? 'chosen' : `${chosen} chosen`;
  const names = namesOf(
    patches.map(({source, version}) => `${source} ${version}`),
    3,
  );
  return `${names} on ${count(closes, 'host')}: ${words}`;
};

const openWords = ({holes}: CveRow, state: ConsoleState): string => {
  if (state.ranking?.value?.findings === undefined) return 'unknown: no feed of records is kept';
  if (holes.length === 0) return 'on no other host that records speak of';
  return holes
    .map(({source, state: stands, hosts, hostCount, reintroduced}) => {
      const again = reintroduced === true ? ', it came back after it had been fixed' : '';
      return `${source} on ${namesOfMany(hosts, hostCount ?? hosts.length)}: ${stateWords[stands]}${again}`;
    })
    .join('; ');
};

/** The first of many names, with how many there are in all. */
const namesOfMany = (names: readonly string[], all: number): string => {
  const shown = names.slice(0, 3);
  return all > shown.length ? `${shown.join(', ')} and ${number(all - shown.length)} more` : shown.join(', ');
};
