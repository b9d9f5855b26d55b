import {changedHosts} from '../../src/record/gates.ts';
import type {HostRecord} from '../../src/record/state.ts';
import type {ConsoleState} from '../console-state.ts';
import {ageOf} from '../moments.ts';
import {line, span, type Line, type Span} from '../span.ts';
import {count, number} from '../words.ts';
import {hostColumn, hostFields, hostText, phaseColumn} from './host-columns.ts';
import {makeScreen} from './make-screen.ts';
import type {Column} from './screen.ts';
import {statusSpan, urgency, type Status} from './status.ts';
import {aboutHost, labelled, troubleLines} from './strips.ts';

const columns: readonly Column<HostRecord>[] = [
  hostColumn,
  {
    id: 'proven',
    title: 'PROVEN',
    min: 12,
    max: 12,
    priority: 0,
    cell: (record, state) => statusSpan(provenStatus(record, state), state),
    order: record => (record.verified === undefined ? 1 : record.verified.good ? 2 : 0),
  },
  {...phaseColumn, title: 'DEPLOYED', priority: 1, order: urgency},
  {
    id: 'reboots',
    title: 'REBOOTED',
    min: 8,
    max: 8,
    priority: 4,
    cell: record =>
      span(record.rebooted === 0 ? '-' : `${record.rebooted}x`, record.rebooted === 0 ? 'quiet' : 'good'),
    order: record => record.rebooted,
  },
  {
    id: 'age',
    title: 'AGE',
    min: 6,
    max: 6,
    priority: 5,
    align: 'right',
    cell: (record, state) =>
      span(record.verified === undefined ? '' : ageOf(record.verified.at, state.now), 'quiet'),
  },
  {
    id: 'findings',
    title: 'FINDINGS',
    min: 20,
    max: 30,
    grow: true,
    priority: 2,
    cell: record => findingsCell(record),
    order: record => record.verified?.findings.length,
  },
];

export const verifyScreen = makeScreen<HostRecord>({
  stage: 'verify',
  noun: 'host',
  source: state => [state.engine.run?.hosts, state.version],
  items: state => (state.engine.run === undefined ? [] : changedHosts(state.engine.run)),
  id: record => record.host.name,
  columns,
  sort: {column: 'proven', reverse: false},
  fields: {
    ...hostFields,
    good: record => record.verified?.good,
    findings: record => record.verified?.findings,
  },
  text: record => `${hostText(record)} ${(record.verified?.findings ?? []).join(' ')}`,
  marked: state => state.ui.screens.verify.selected,
  headline: state => headline(state),
  strip: (record, state, width) => strip(record, state, width),
  empty: () => [
    'Verify asks every planned host again: is each planned version installed and nothing else changed, are',
    'services, sockets and mounts as they were? Then the run is reported, signed off and closed.',
    'b begins; nothing is changed.',
  ],
});

const provenStatus = (record: HostRecord, state: ConsoleState): Status => {
  if (record.verified === undefined) {
    const running = state.engine.run?.run.stages.verify.status === 'running';
    return running
      ? {glyph: 'active', word: 'asking', tone: 'active'}
      : {glyph: 'idle', word: 'not yet', tone: 'quiet'};
  }
  return record.verified.good
    ? {glyph: 'ok', word: 'proven', tone: 'good'}
    : {glyph: 'bad', word: 'not ok', tone: 'bad'};
};

const findingsCell = (record: HostRecord): Span => {
  if (record.handedOver !== undefined) return span(`handed to ${record.handedOver.owner}`, 'warn');
  const {verified} = record;
  if (verified === undefined) return span('');
  const [first] = verified.findings;
  if (first === undefined) return span(verified.good ? 'as planned' : 'no reason was given', 'quiet');
  const more = verified.findings.length - 1;
  return span(more > 0 ? `${first} (+${more})` : first, verified.good ? 'quiet' : 'bad');
};

const headline = (state: ConsoleState): Line => {
  const {run} = state.engine;
  if (run?.run.plan === undefined) return line(span('no plan is locked', 'quiet'));
  const planned = changedHosts(run);
  const good = planned.filter(record => record.verified?.good === true).length;
  const bad = planned.filter(record => record.verified?.good === false).length;
  const {signedOff} = run.run.stages.verify;
  const closed = run.run.closed;
  return line(
    `${number(good)} of ${count(planned.length, 'host')} proven`,
    ...(bad === 0 ? [] : ['   ', span(`${number(bad)} not ok`, 'bad')]),
    ...(signedOff === undefined ? [] : ['   ', span(`signed off by ${signedOff.name}`, 'good')]),
    ...(closed === undefined ? [] : ['   ', span(`run closed: ${closed.reason}`, 'accent')]),
  );
};

const strip = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  const findings = record.verified?.findings ?? [];
  if (findings.length === 0 && record.troubles.length > 0) return troubleLines(record, state, width);
  const words =
    record.verified === undefined ? 'not asked yet' : findings.length === 0 ? 'none' : findings.join('; ');
  const summary = state.engine.run?.run.stages.verify.summary ?? '';
  return [
    ...aboutHost(record, state, width),
    ...labelled('findings', words, width, state, 2),
    ...(summary === '' ? [] : labelled('report', summary, width, state, 1)),
  ];
};
