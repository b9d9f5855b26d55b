import {isFinal} from '../../src/model/phase.ts';
import {changedHosts} from '../../src/record/gates.ts';
import type {HostRecord, RunState} from '../../src/record/state.ts';
import {isCanary, waveName, waveOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {runningStage} from '../stage-now.ts';
import {clockTime, elapsed} from '../moments.ts';
import {line, span, strong, type Line} from '../span.ts';
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
  waveColumn,
} from './host-columns.ts';
import {makeScreen} from './make-screen.ts';
import type {Column} from './screen.ts';
import {isActive} from './status.ts';
import {aboutHost, labelled, nowLines, troubleLines} from './strips.ts';
import {gradeCell} from './test.ts';

const columns: readonly Column<HostRecord>[] = [
  hostColumn,
  phaseColumn,
  progressColumn,
  timeColumn,
  waveColumn,
  {
    id: 'back',
    title: 'BACK',
    min: 8,
    max: 8,
    priority: 5,
    cell: record => gradeCell(record),
    order: record => ({none: 0, partial: 1, full: 2, '?': 3})[record.point?.grade ?? '?'],
  },
  noteColumn,
];

export const deployScreen = makeScreen<HostRecord>({
  stage: 'deploy',
  noun: 'host',
  source: state => [state.engine.run?.hosts, state.version],
  items: state => (state.engine.run === undefined ? [] : changedHosts(state.engine.run)),
  id: record => record.host.name,
  columns,
  sort: {column: 'phase', reverse: false},
  fields: {...hostFields, grade: record => record.point?.grade},
  text: hostText,
  marked: state => state.ui.screens.deploy.selected,
  headline: state => headline(state),
  progress: (state, width) => progress(state, width),
  strip: (record, state, width) => strip(record, state, width),
  empty: () => [
    'Deploy installs the tested plan in waves. The hosts finish what was started, also when this console dies.',
    'D starts it: a summary first, nothing is changed before you typed what it asks for.',
  ],
});

/** The waves of the plan, canaries left out: they went before, in the test stage. */
export const waveNumbers = (records: readonly HostRecord[]): number[] =>
  [...new Set(records.filter(record => !isCanary(record)).map(waveOf))].sort((a, b) => a - b);

const headline = (state: ConsoleState): Line => {
  const {run} = state.engine;
  if (run?.run.plan === undefined) return line(span('no plan is locked', 'quiet'));
  const planned = changedHosts(run);
  const of = (phase: HostRecord['phase']): number => planned.filter(record => record.phase === phase).length;
  const [failed, unknown, back] = [of('failed'), of('unknown'), of('rolled back')];
  return line(
    ...waveWords(state, run, planned),
    `${number(of('done'))}/${number(planned.length)} done`,
    ...(failed === 0 ? [] : ['   ', span(`${number(failed)} failed`, 'bad')]),
    ...(unknown === 0 ? [] : ['   ', span(`${number(unknown)} unknown`, 'bad')]),
    ...(back === 0 ? [] : ['   ', span(`${number(back)} rolled back`, 'warn')]),
    `   ${number(planned.filter(isActive).length)} at work`,
  );
};

/** The wave at work with what is done of it and how much of it may fail; the counts of the run come after. */
const waveWords = (state: ConsoleState, run: RunState, planned: readonly HostRecord[]): Line => {
  const waves = waveNumbers(planned);
  const current = run.run.waves.at(-1);
  if (current === undefined) return line(`${count(waves.length, 'wave')}   `);
  const place = waves.indexOf(current.wave) + 1;
  const name = strong(
    place === current.wave
      ? `wave ${place} of ${waves.length}`
      : `${waveName(current.wave)}${place === 0 ? '' : ` (${place} of ${waves.length})`}`,
  );
  if (runningStage(state) !== 'deploy') return line(name, '   ');
  const hosts = planned.filter(record => !isCanary(record) && waveOf(record) === current.wave);
  const bad = hosts.filter(({phase}) => phase === 'failed' || phase === 'unknown').length;
  return line(
    name,
    `  ${number(hosts.filter(({phase}) => phase === 'done').length)}/${number(hosts.length)} done`,
    ...(current.allowed === undefined
      ? []
      : [span(`  ${number(bad)} failed (${number(current.allowed)} allowed)`, bad > 0 ? 'bad' : 'quiet')]),
    '   all ',
  );
};

/** The run's bar: hosts in a final state. Its end is a guess from the pace so far, and says so. */
const progress = (state: ConsoleState, width: number): Line | undefined => {
  const {run} = state.engine;
  if (run?.run.plan === undefined) return undefined;
  const planned = changedHosts(run);
  const ended = planned.filter(record => isFinal(record.phase)).length;
  const percent = planned.length === 0 ? 0 : (ended / planned.length) * 100;
  const label = ` ${String(Math.floor(percent)).padStart(3)} %  ${pace(state, run, planned)}`;
  if (state.theme.screenReader) return line(label.trim());
  const cells = Math.max(8, width - label.length);
  const full = Math.round((percent / 100) * cells);
  const {glyphs} = state.theme;
  return [
    span(glyphs.full.repeat(full), 'active'),
    span(glyphs.empty.repeat(cells - full), 'quiet'),
    span(label),
  ];
};

const pace = (state: ConsoleState, run: RunState, planned: readonly HostRecord[]): string => {
  const {deploy} = run.run.stages;
  if (deploy.startedAt === undefined) return 'not started';
  const began = Date.parse(deploy.startedAt);
  if (deploy.status !== 'running') {
    return `ended ${clockTime(Date.parse(deploy.endedAt ?? deploy.startedAt))}: ${deploy.status}`;
  }
  const done = planned.filter(
    record => isFinal(record.phase) && Date.parse(record.phaseSince) >= began,
  ).length;
  const left = planned.filter(record => !isFinal(record.phase)).length;
  const spent = elapsed(state.now - began);
  if (done === 0) return `running ${spent}, no end known yet`;
  return `running ${spent}, ends about ${clockTime(state.now + ((state.now - began) / done) * left)}`;
};

const strip = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  if (record.troubles.length > 0) {
    const grade = record.point === undefined ? 'not graded' : `${record.point.grade}, ${record.point.why}`;
    return [...troubleLines(record, state, width), ...labelled('way back', grade, width, state, 1)];
  }
  return [
    ...aboutHost(record, state, width),
    ...nowLines(record, state, width),
    ...(record.point === undefined
      ? []
      : labelled('way back', `${record.point.grade}: ${record.point.why}`, width, state, 1)),
    ...labelled('plan', plannedWords(record), width, state, 1),
  ];
};
