import {canariesOf, changedHosts} from '../../src/record/gates.ts';
import type {HostRecord, RunState} from '../../src/record/state.ts';
import {isCanary, turnOf, waveOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {line, span, type Line, type Span} from '../span.ts';
import {plannedWords} from '../planned-words.ts';
import {count, number} from '../words.ts';
import {
  hostColumn,
  hostFields,
  hostText,
  noteColumn,
  phaseColumn,
  progressColumn,
  timeColumn,
} from './host-columns.ts';
import {makeScreen} from './make-screen.ts';
import type {Column} from './screen.ts';
import {isActive, statusSpan, urgency} from './status.ts';
import {aboutHost, labelled, nowLines, troubleLines} from './strips.ts';

const columns: readonly Column<HostRecord>[] = [
  hostColumn,
  {
    id: 'role',
    title: 'ROLE',
    min: 6,
    max: 8,
    fits: record => turnOf(record),
    priority: 3,
    cell: (record, {engine: {run}}) =>
      run !== undefined && canariesOf(run).includes(record)
        ? span('canary', 'accent')
        : span(turnOf(record), 'quiet'),
    order: record => (isCanary(record) ? 0 : waveOf(record)),
  },
  {
    id: 'checked',
    title: 'CHECKED',
    min: 8,
    max: 8,
    priority: 1,
    cell: (record, state) => checkedCell(record, state),
    order: record => (record.checked === undefined ? 2 : record.checked.ready ? 1 : 0),
  },
  {
    id: 'back',
    title: 'BACK',
    min: 8,
    max: 8,
    priority: 2,
    cell: record => gradeCell(record),
    order: record => ({none: 0, partial: 1, full: 2, '?': 3})[record.point?.grade ?? '?'],
  },
  phaseColumn,
  {...progressColumn, priority: 5},
  {...timeColumn, priority: 6},
  {...noteColumn, priority: 4, cell: (record, state) => testNote(record, state)},
];

export const testScreen = makeScreen<HostRecord>({
  stage: 'test',
  noun: 'host',
  source: state => [state.engine.run?.hosts, state.version],
  items: state => (state.engine.run === undefined ? [] : canariesFirst(state.engine.run)),
  id: record => record.host.name,
  columns,
  sort: {column: 'role', reverse: false},
  fields: {...hostFields, grade: record => record.point?.grade, ready: record => record.checked?.ready},
  text: hostText,
  marked: state => state.ui.screens.test.selected,
  headline: state => headline(state),
  strip: (record, state, width) => strip(record, state, width),
  empty: () => [
    'Test proves the plan before the fleet sees it: preflight and dry run on every planned host, old and new',
    'packages staged, the way back simulated and graded, then the canaries are deployed and compared.',
    'T starts it: the canaries are changed.',
  ],
});

/** The way back as it is graded; a grade that nobody accepted is not good. */
export const gradeCell = (record: HostRecord): Span => {
  if (record.point === undefined) return span('-', 'quiet');
  const {grade} = record.point;
  if (grade === 'full') return span('full', 'good');
  if (grade === 'partial') return span('partial', 'warn');
  return record.rollbackAccepted === undefined ? span('none', 'bad') : span('none, ok', 'warn');
};

const checkedCell = (record: HostRecord, state: ConsoleState): Span => {
  if (record.checked === undefined) return span('-', 'quiet');
  return record.checked.ready
    ? statusSpan({glyph: 'ok', word: 'ready', tone: 'good'}, state)
    : statusSpan({glyph: 'bad', word: 'not', tone: 'bad'}, state);
};

const testNote = (record: HostRecord, state: ConsoleState): Span | Line => {
  const finding = record.checked?.findings[0];
  if (record.checked?.ready === false && finding !== undefined) return span(finding, 'bad');
  const percent = isActive(record) ? state.engine.signals.get(record.host.name)?.percent : undefined;
  const note = noteColumn.cell(record, state, 0);
  // There is no room for a bar beside all that was checked.
  return percent === undefined ? note : [span(`${Math.floor(percent)} % `, 'active'), ...[note].flat()];
};

const canariesFirst = (run: RunState): HostRecord[] => {
  const first = new Set(canariesOf(run));
  return [...changedHosts(run)].sort(
    (a, b) => Number(first.has(b)) - Number(first.has(a)) || urgency(a) - urgency(b),
  );
};

const headline = (state: ConsoleState): Line => {
  const {run} = state.engine;
  if (run?.run.plan === undefined) return line(span('no plan is locked', 'quiet'));
  const planned = changedHosts(run);
  const canaries = canariesOf(run).filter(record => planned.includes(record));
  const healthy = canaries.filter(record => record.phase === 'done');
  const ready = planned.filter(record => record.checked?.ready === true);
  const none = planned.filter(
    record => record.point?.grade === 'none' && record.rollbackAccepted === undefined,
  );
  const {status, signedOff} = run.run.stages.test;
  return line(
    `${number(ready.length)} of ${count(planned.length, 'host')} ready   `,
    canaries.length === 0
      ? span('no canary', 'warn')
      : span(
          `${number(healthy.length)} of ${count(canaries.length, 'canary', 'canaries')} healthy`,
          healthy.length === canaries.length ? 'good' : 'warn',
        ),
    ...(none.length === 0 ? [] : ['   ', span(`${number(none.length)} without a way back`, 'bad')]),
    '   ',
    isOutdated(run)
      ? span('not tested yet', 'warn')
      : signedOff === undefined
        ? span(status === 'complete' ? 'not signed off (o)' : status.replace('-', ' '), 'warn')
        : span(`signed off by ${signedOff.name}`, 'good'),
  );
};

/** The test that is on record was one of an earlier plan. */
export const isOutdated = ({run}: RunState): boolean =>
  run.plan !== undefined && Date.parse(run.plan.at) > Date.parse(run.stages.test.startedAt ?? run.plan.at);

const strip = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  if (record.troubles.length > 0) return troubleLines(record, state, width);
  const {point, checked} = record;
  const lines: Line[] = [...aboutHost(record, state, width), ...nowLines(record, state, width)];
  if (checked !== undefined && !checked.ready) {
    lines.push(...labelled('preflight', checked.findings.join('; '), width, state, 2));
  }
  if (point !== undefined)
    lines.push(...labelled('way back', `${point.grade}: ${point.why}`, width, state, 2));
  else lines.push(...labelled('plan', plannedWords(record), width, state, 1));
  return lines;
};
