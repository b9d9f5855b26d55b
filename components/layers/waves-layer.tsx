import {changedHosts} from '../../src/record/gates.ts';
import {isFinal} from '../../src/model/phase.ts';
import type {HostRecord} from '../../src/record/state.ts';
import {isCanary, waveName, waveOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {Row, Rows} from '../row.tsx';
import {waveNumbers} from '../screens/deploy.ts';
import {isActive} from '../screens/status.ts';
import {strong, type Line} from '../span.ts';
import type {SummaryRow} from '../ui.ts';
import {SummaryTable} from './summary-table.tsx';

/** How far each wave is: done, failed, at work and left. Where there are too many, those around the present one. */
export const WavesLayer = ({state, height}: {state: ConsoleState; height: number}) => {
  const width = state.ui.size.columns - 2;
  const {run} = state.engine;
  if (run === undefined) return null;
  const records = changedHosts(run);
  const canaries = records.filter(isCanary);
  const waves = waveNumbers(records);
  const room = Math.max(1, height - 4 - (canaries.length === 0 ? 0 : 1));
  const present = Math.max(0, waves.indexOf(run.run.waves.at(-1)?.wave ?? 0));
  const from = Math.max(0, Math.min(present - 2, waves.length - room));
  const rows = [
    ...(canaries.length === 0 ? [] : [rowOf('canaries', canaries, 'tested')]),
    ...waves.slice(from, from + room).map(wave =>
      rowOf(
        waveName(wave),
        records.filter(record => !isCanary(record) && waveOf(record) === wave),
        stateOf(state, wave),
      ),
    ),
  ];
  const blank: Line[] = Array.from({length: Math.max(0, height - rows.length - 3)}, () => []);
  return (
    <>
      <Row line={[strong('Waves')]} width={width} theme={state.theme} />
      <Row line={[]} width={width} theme={state.theme} />
      <SummaryTable rows={shownOf(rows, width)} width={width} theme={state.theme} />
      <Rows lines={blank} width={width} theme={state.theme} />
    </>
  );
};

/** Columns that a narrow terminal has no room for. */
const wideOnly: ReadonlySet<string> = new Set(['hosts', 'busy']);

/** What is left out: a column in which nothing has happened, and on a narrow terminal what the others say between them. */
const shownOf = (rows: readonly SummaryRow[], width: number): SummaryRow[] => {
  const dropped = (name: string): boolean =>
    (width < 72 && wideOnly.has(name)) || (name === 'back' && rows.every(row => row[name] === 0));
  return rows.map(row => Object.fromEntries(Object.entries(row).filter(([name]) => !dropped(name))));
};

const stateOf = (state: ConsoleState, wave: number): string => {
  const record = state.engine.run?.run.waves.find(item => item.wave === wave);
  return record === undefined ? 'waits' : (record.outcome ?? 'running');
};

const rowOf = (part: string, records: readonly HostRecord[], how: string): SummaryRow => {
  const of = (...phases: HostRecord['phase'][]): number =>
    records.filter(record => phases.includes(record.phase)).length;
  return {
    part,
    state: how,
    hosts: records.length,
    done: of('done'),
    failed: of('failed', 'unknown'),
    back: of('rolled back'),
    busy: records.filter(isActive).length,
    left: records.filter(record => !isFinal(record.phase) && !isActive(record)).length,
  };
};
