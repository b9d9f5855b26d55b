import type {HostRecord} from '../../src/record/state.ts';
import {isFinal} from '../../src/model/phase.ts';
import {turnOf} from '../../src/record/wave-of.ts';
import type {ConsoleState} from '../console-state.ts';
import {displayWidth, pad} from '../display-width.ts';
import {namesOf} from '../words.ts';
import {patchName} from './patch-words.ts';
import {isActive} from './status.ts';
import {line, strong, wrap, type Line} from '../span.ts';

const labelWidth = 10;

/** Lines of `label  sentence`, the sentence wrapped under itself; at most `most` lines of it. */
export const labelled = (label: string, text: string, width: number, state: ConsoleState, most = 2): Line[] =>
  wrap(text, Math.max(10, width - labelWidth), most, state.theme.glyphs.more).map((part, i) =>
    line(
      i === 0
        ? strong(`${pad(label, labelWidth - 1, 'left', state.theme.glyphs.more)} `)
        : ' '.repeat(labelWidth),
      part,
    ),
  );

/** What is wrong with a host and what to do next, or undefined when nothing is. */
export const troubleLines = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  const trouble = record.troubles.at(-1);
  if (trouble === undefined) return [];
  return [
    ...aboutLines(record.host.name, trouble.what, width, state),
    ...labelled('next', trouble.next, width, state, 2),
    ...suspectLines(trouble.suspects ?? [], width, state),
  ];
};

/** What the inventory says of a host. What is not stated is said to be. */
export const aboutHost = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  const {host} = record;
  const facts = [
    host.address,
    host.groups.length === 0 ? 'no group' : host.groups.join(' '),
    host.criticality === undefined ? 'criticality not stated' : `criticality ${host.criticality}`,
    host.exposure === undefined ? 'exposure not stated' : host.exposure,
    turnOf(record),
    ...(host.owner === undefined ? [] : [`owner ${host.owner}`]),
  ];
  return aboutLines(host.name, facts.join(', '), width, state);
};

/** What is done to a host now, in the host's own words, or what came of it: the column of notes is too narrow for either. */
export const nowLines = (record: HostRecord, state: ConsoleState, width: number): Line[] => {
  if (isFinal(record.phase)) {
    return record.note === '' ? [] : labelled('outcome', record.note, width, state, 2);
  }
  const signal = isActive(record) ? state.engine.signals.get(record.host.name)?.line : undefined;
  return signal === undefined || signal === '' ? [] : labelled('now', signal, width, state, 1);
};

/** A name that is too long for a label goes in front of the sentence. */
const aboutLines = (name: string, text: string, width: number, state: ConsoleState): Line[] =>
  displayWidth(name) < labelWidth
    ? labelled(name, text, width, state, 2)
    : labelled('host', `${name}: ${text}`, width, state, 2);

const suspectLines = (suspects: readonly string[], width: number, state: ConsoleState): Line[] =>
  suspects.length === 0
    ? []
    : labelled('suspect', `${namesOf(suspects.map(patchName), 2)}; B blocks it`, width, state, 1);
