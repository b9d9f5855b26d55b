import type {HoleAnswer, HoleOnHost} from '../../src/model/hole.ts';
import {holeWords} from '../../src/model/hole-words.ts';
import type {ConsoleState} from '../console-state.ts';
import {holesKey} from '../loader.ts';
import {howBad} from '../screens/by-cve.ts';
import {cveRows} from '../screens/hole-rows.ts';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line} from '../span.ts';
import {count, namesOf} from '../words.ts';

/** One vulnerability: how bad it is, what closes it, and every host that has it. */
export const cveLines = (state: ConsoleState, cve: string, width: number): Line[] => {
  const row = cveRows(state).get(cve);
  if (row === undefined) return [line('It is no longer in the ranking.')];
  const chosen = state.engine.run?.run.chosen;
  return [
    ...labelled('how bad', howBad(row), width, state, 2),
    line(''),
    line(strong('Pending updates that close it'), span('  * is chosen', 'quiet')),
    ...(row.patches.length === 0
      ? [line('  none')]
      : row.patches.map(({id, source, version, hosts}) =>
          line(
            chosen?.has(id) === true ? span('  * ', 'accent') : '    ',
            strong(source),
            ` ${version} on ${count(hosts.length, 'host')}`,
          ),
        )),
    line(''),
    ...answered(state, {cve}, ({holes, unknown}) => [
      line(strong(`On ${count(new Set(holes.map(({host}) => host)).size, 'host')}`)),
      ...holes.map(hole => line(`  ${hole.host.padEnd(14)} `, ...standing(hole, installedWords(hole)))),
      ...unknownLines(unknown, width, state),
    ]),
  ];
};

/** All vulnerabilities of one host, the exploited first. */
export const hostCveLines = (state: ConsoleState, host: string, width: number): Line[] =>
  answered(state, {host}, ({holes, unknown}) => [
    line(strong(count(new Set(holes.map(({cve}) => cve)).size, 'CVE'))),
    ...holes.map(hole =>
      line(
        '  ',
        hole.exploited
          ? span(`${state.theme.glyphs.warn} ${hole.cve.padEnd(16)} `, 'bad')
          : `  ${hole.cve.padEnd(16)} `,
        (hole.severity ?? '?').padEnd(10),
        ' ',
        ...standing(hole, installedWords(hole)),
      ),
    ),
    ...unknownLines(unknown, width, state),
    ...(state.ranking?.value?.uncovered ?? []).map(text => line('  ', span(text, 'warn'))),
  ]);

const installedWords = ({source, installed}: HoleOnHost): string =>
  installed === null ? source : `${source} ${installed}`;

const standing = (hole: HoleOnHost, what: string): Line => [
  {text: `${what}: `},
  hole.state === 'fix-pending' && hole.keptBack === undefined
    ? span(holeWords(hole))
    : span(holeWords(hole), 'warn'),
];

const unknownLines = (unknown: readonly string[], width: number, state: ConsoleState): Line[] =>
  unknown.length === 0
    ? []
    : [
        line(''),
        ...labelled(
          'unknown',
          `${namesOf(unknown, 40)}: not scanned, or no records speak of it. That is not clean.`,
          width,
          state,
          6,
        ),
      ];

const answered = (
  state: ConsoleState,
  question: {cve: string} | {host: string},
  lines: (answer: HoleAnswer) => Line[],
): Line[] => {
  const {holes} = state;
  const isThis = holes !== undefined && holes.digest === holesKey(state, question);
  if (isThis && holes.error !== undefined) return [line(`It cannot be read: ${holes.error}`)];
  return isThis && holes.value !== undefined ? lines(holes.value) : [line('Looking it up.')];
};
