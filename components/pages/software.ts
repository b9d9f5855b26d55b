import type {SoftwareAnswer, SoftwareFound} from '../../src/model/software.ts';
import type {ConsoleState} from '../console-state.ts';
import {softwareKey} from '../loader.ts';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line} from '../span.ts';
import {count, namesOf, number} from '../words.ts';

/** Who has some software: every version of it with the hosts that have it. */
export const softwareLines = (state: ConsoleState, words: string, width: number): Line[] => {
  const {software} = state;
  if (software?.digest !== softwareKey(state, words)) return [line('Looking it up.')];
  if (software.error !== undefined) return [line(software.error)];
  if (software.value === undefined) return [line('Looking it up.')];
  return answerLines(software.value, state, width);
};

const answerLines = (
  {software, left, have, asked, unknown}: SoftwareAnswer,
  state: ConsoleState,
  width: number,
): Line[] => {
  return [
    line(
      strong(
        have === 0
          ? `None of ${count(asked, 'host')} has it`
          : `${number(have)} of ${count(asked, 'host')} ${have === 1 ? 'has' : 'have'} it`,
      ),
      ...(software.length > 1 ? [`, in ${count(software.length + left, 'package version')}`] : []),
    ),
    // First: below a long list nobody would see that the list is not of all.
    ...(unknown.length === 0
      ? []
      : labelled(
          'unknown',
          `${namesOf(unknown, 40)}: not scanned. That is not "does not have it".`,
          width,
          state,
          3,
        )),
    line(''),
    ...software.flatMap(found => foundLines(found, asked)),
    ...(left === 0
      ? []
      : [
          line(''),
          line(span(`and ${count(left, 'package version')} more: ask for less, as openssl 3.0.20`, 'warn')),
        ]),
  ];
};

const foundLines = ({name, version, source, hosts}: SoftwareFound, asked: number): Line[] => [
  line(
    strong(`${name} ${version}`),
    ...(source === name ? [] : [span(`  of ${source}`, 'quiet')]),
    `  ${count(hosts.length, 'host')}`,
  ),
  line(hosts.length === asked && asked > 1 ? '    all of them' : `    ${hosts.join(', ')}`),
];
