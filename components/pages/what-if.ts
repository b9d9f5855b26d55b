import type {Patch} from '../../src/model/patch.ts';
import type {ConsoleState} from '../console-state.ts';
import {dueOf} from '../screens/due.ts';
import {line, span, strong, type Line} from '../span.ts';
import {downloadWords, rebootsOf, riskWords, whatIf, type WhatIf} from '../what-if.ts';
import {count, namesOf, number} from '../words.ts';

/** What would be open after the chosen patches, and whom they touch. Counts only what the ranking knows. */
export const whatIfLines = (state: ConsoleState): Line[] => {
  const would = whatIf(state);
  const {chosen, left} = would;
  const exploited = (of: readonly Patch[]): Patch[] => of.filter(patch => patch.exploited.length > 0);
  const held = chosen.filter(patch => patch.notInstalled.length > 0);
  const late = left.filter(patch => (dueOf(patch, state)?.days ?? 99) <= 7);
  return [
    line(strong('If the chosen patches were installed')),
    line(`  touched    ${count(would.hosts.size, 'host')}, ${count(would.installs, 'install')}`),
    line(
      `  closed     ${count(would.closed.size, 'CVE')}, ${number(exploited(chosen).length)} of ${number(exploited([...chosen, ...left]).length)} exploited patches`,
    ),
    line(
      `  risk       ${would.risk === undefined ? 'none is scored' : `${riskWords(would.risk)} of the sum of all scores goes`}`,
    ),
    line(`  reboots    ${rebootWords(would)}`),
    line(`  download   ${downloadWords(would.download)}${unsizedWords(would)}`),
    line(''),
    line(strong('What stays open')),
    line(`  patches    ${number(left.length)}, with ${count(would.open.size, 'CVE')}`),
    line('  exploited  ', worstNames(exploited(left), 'none')),
    line('  due soon   ', worstNames(late, 'none within 7 days')),
    line(
      '  unranked   ',
      unrankedWords(
        left.filter(({score}) => score === null),
        'none',
      ),
    ),
    line('  no update  ', noUpdateWords(state)),
    line(''),
    line(strong('Chosen, but held back somewhere')),
    ...(held.length === 0
      ? [line('  none')]
      : held.map(patch =>
          line(
            `  ${patch.source.padEnd(20)} on ${count(patch.notInstalled.length, 'host')}: ${namesOf([...new Set(patch.notInstalled.map(item => item.why.replaceAll('-', ' ')))], 3)}`,
          ),
        )),
  ];
};

/** Each host counts once, for the first reason that it has. */
const rebootWords = (would: WhatIf): string => {
  const {kernelOn, advisedOn, waiting} = would;
  const all = rebootsOf(would);
  if (all.size === 0) return 'none';
  const advised = [...advisedOn].filter(host => !kernelOn.has(host)).length;
  const waitingOnly = [...waiting].filter(host => !kernelOn.has(host) && !advisedOn.has(host)).length;
  const why = [
    ...(kernelOn.size === 0 ? [] : [`${number(kernelOn.size)} by a kernel`]),
    ...(advised === 0 ? [] : [`${number(advised)} as an advisory says`]),
    ...(waitingOnly === 0
      ? []
      : [`${number(waitingOnly)} ${waitingOnly === 1 ? 'waits' : 'wait'} for one already`]),
  ];
  return `${count(all.size, 'host')} (${why.join(', ')}): ${namesOf([...all], 6)}`;
};

const unsizedWords = ({download: {unsized}}: WhatIf): string =>
  unsized === 0 ? ' on all hosts together' : `: of ${count(unsized, 'install')} the size is not known`;

const worstNames = (patches: readonly Patch[], otherwise: string) =>
  patches.length === 0
    ? span(otherwise)
    : span(
        namesOf(
          patches.map(patch => patch.source),
          6,
        ),
        'bad',
      );

const unrankedWords = (patches: readonly Patch[], otherwise: string): string =>
  patches.length === 0
    ? otherwise
    : `${namesOf(
        patches.map(patch => patch.source),
        6,
      )}: too little is known`;

const noUpdateWords = (state: ConsoleState) => {
  const ranking = state.ranking?.value;
  if (ranking?.findings === undefined) return span('unknown: no feed of records is kept', 'warn');
  const open = ranking.open ?? [];
  const exploited = new Set(open.filter(hole => hole.exploited !== undefined).map(({cve}) => cve));
  const all = `${count(ranking.openCount ?? open.length, 'hole')} that no update closes (c)`;
  return exploited.size === 0 ? span(all) : span(`${all}, exploited: ${namesOf([...exploited], 3)}`, 'bad');
};
