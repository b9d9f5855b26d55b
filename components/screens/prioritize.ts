import type {Patch} from '../../src/model/patch.ts';
import type {ConsoleState} from '../console-state.ts';
import {ago} from '../moments.ts';
import {line, span, strong, type Line, type Span} from '../span.ts';
import {count, number} from '../words.ts';
import {downloadWords, rebootsOf, riskWords, whatIf} from '../what-if.ts';
import {makeScreen} from './make-screen.ts';
import {notInstalledWords, patchStatus, reachOf} from './patch-words.ts';
import type {Column} from './screen.ts';
import {dueOf, dueWord} from './due.ts';
import {labelled} from './strips.ts';

const columns: readonly Column<Patch>[] = [
  {
    id: 'rank',
    title: 'RANK',
    min: 4,
    max: 4,
    priority: 0,
    align: 'right',
    cell: patch => (patch.score === null ? span('?', 'quiet') : strong(String(Math.round(patch.score)))),
    order: patch => patch.score ?? undefined,
  },
  {
    id: 'kind',
    title: 'KIND',
    min: 5,
    max: 5,
    priority: 1,
    cell: (patch, state) => {
      const status = patchStatus(patch);
      return span(`${state.theme.glyphs[status.glyph]} ${status.word}`, status.tone);
    },
    order: patch => (patch.exploited.length > 0 ? 0 : patch.security ? 1 : patch.security === null ? 2 : 3),
  },
  {
    id: 'patch',
    title: 'PATCH',
    min: 24,
    max: 40,
    priority: 0,
    fits: patch => `${patch.source} ${patch.version}`,
    cell: (patch, state) => patchCell(patch, state),
    order: patch => patch.source,
  },
  {
    id: 'why',
    title: 'WHY',
    min: 18,
    max: 24,
    grow: true,
    priority: 2,
    cell: (patch, state) => whyCell(patch, state),
  },
  {
    id: 'cves',
    title: 'CVES',
    min: 4,
    max: 4,
    priority: 6,
    align: 'right',
    cell: patch => (patch.cves.length === 0 ? span('-', 'quiet') : span(String(patch.cves.length))),
    order: patch => patch.cves.length,
  },
  {
    id: 'hosts',
    title: 'HOSTS',
    min: 5,
    max: 11,
    priority: 3,
    fits: patch => `${patch.hosts.length}/${patch.hosts.length}`,
    align: 'right',
    cell: (patch, state) => span(`${patch.hosts.length}/${state.engine.run?.hosts.size ?? 0}`),
    order: patch => patch.hosts.length,
  },
  {
    id: 'due',
    title: 'DUE',
    min: 7,
    max: 7,
    priority: 4,
    align: 'right',
    cell: (patch, state) => {
      const due = dueOf(patch, state);
      return span(dueWord(due), due === undefined ? 'quiet' : due.days <= 3 ? 'bad' : 'warn');
    },
    order: (patch, state) => dueOf(patch, state)?.days,
  },
];

export const prioritizeScreen = makeScreen<Patch>({
  stage: 'prioritize',
  noun: 'patch',
  source: state => [state.ranking?.value, state.decision?.value],
  items: state => state.ranking?.value?.patches ?? [],
  id: patch => patch.id,
  columns,
  sort: {column: 'rank', reverse: true},
  fields: {
    patch: patch => patch.source,
    version: patch => patch.version,
    package: patch => patch.packages,
    cve: patch => patch.cves,
    cves: patch => patch.cves.length,
    advisory: patch => advisoryIds(patch),
    host: patch => patch.hosts,
    hosts: patch => patch.hosts.length,
    rank: patch => patch.score ?? undefined,
    origin: patch => patch.origin,
    why: patch => patch.why,
    is: (patch, state) => traits(patch, state),
  },
  text: patch =>
    [patch.source, patch.version, patch.why, ...patch.packages, ...patch.cves, ...advisoryIds(patch)].join(
      ' ',
    ),
  marked: state => state.engine.run?.run.chosen ?? noPatches,
  headline: state => prioritizeHeadline(state),
  strip: (patch, state, width) => strip(patch, state, width),
  empty: state => prioritizeEmpty(state),
});

const advisoryIds = ({advisories}: Patch): string[] => advisories?.map(({id}) => id) ?? [];

const noPatches: ReadonlySet<string> = new Set();

const traits = (patch: Patch, state: ConsoleState): string[] => [
  ...(patch.exploited.length > 0 ? ['kev', 'exploited'] : []),
  ...(patch.security === false ? [] : ['security']),
  ...(patch.notInstalled.length > 0 ? ['held-back'] : []),
  ...(state.engine.run?.run.chosen.has(patch.id) === true ? ['chosen'] : []),
  ...(state.engine.run?.run.blocked.has(patch.id) === true ? ['blocked'] : []),
];

const patchCell = (patch: Patch, state: ConsoleState): Line => {
  const blocked = state.engine.run?.run.blocked.has(patch.id) === true;
  return blocked
    ? [span(`${patch.source} ${patch.version}`, 'quiet')]
    : [strong(patch.source), span(` ${patch.version}`)];
};

/** What KIND says already gives its place to what comes after it; below the table the sentence is whole. */
const whyCell = (patch: Patch, state: ConsoleState): Line => {
  const blocked = state.engine.run?.run.blocked.get(patch.id);
  const why = patch.why.replace(/^(security fix|exploited( \([^)]*\))?), /, '');
  return [blocked === undefined ? span(why) : span(`blocked: ${blocked}`, 'bad')];
};

export const prioritizeHeadline = (state: ConsoleState): Line => {
  const {run} = state.engine;
  const ranking = state.ranking?.value;
  if (run === undefined || ranking === undefined) return line(span('nothing was ranked yet', 'quiet'));
  const would = whatIf(state);
  const exploited = ranking.patches.filter(patch => patch.exploited.length > 0);
  const left = exploited.filter(patch => !run.run.chosen.has(patch.id)).length;
  const {plan} = run.run;
  const reboots = rebootsOf(would).size;
  return line(
    `${number(would.chosen.length)} of ${number(ranking.patches.length)} chosen  `,
    ...(plan === undefined
      ? []
      : [span(`plan ${plan.digest.slice(0, 8)} r${plan.revision}`, 'accent'), '  ']),
    left > 0
      ? span(`${number(left)} exploited left`, 'bad')
      : exploitedLeft(ranking.patches, exploited.length),
    ...(would.chosen.length === 0
      ? []
      : [
          `  ${count(would.hosts.size, 'host')}`,
          ...(would.risk === undefined ? [] : [`  ${riskWords(would.risk)} of risk`]),
          `  ${reboots === 0 ? 'no reboot' : count(reboots, 'reboot')}`,
          would.download.bytes === 0 ? '' : `  ${downloadWords(would.download)}`,
        ]),
  );
};

/** Nothing left to choose of what is exploited; where that is not known, it is no good news. */
const exploitedLeft = (patches: readonly Patch[], exploited: number): Span => {
  if (exploited > 0) return span('all exploited chosen', 'good');
  const unknown = patches.some(patch => patch.missing.some(entry => entry.startsWith('exploited')));
  return unknown ? span('exploited: not known', 'warn') : span('none known exploited', 'good');
};

const strip = (patch: Patch, state: ConsoleState, width: number): Line[] => {
  const reach = reachOf(patch, state);
  const cves =
    patch.cves.length === 0 ? `no CVE: ${patch.cveSource}` : `${patch.cves.join(', ')} (${patch.cveSource})`;
  const not = notInstalledWords(patch);
  const where = `${count(patch.hosts.length, 'host')}, ${reach.internet} face the net, ${reach.critical} critical`;
  const ranked = `ranked ${ago(state.ranking?.value?.at, state.now)}`;
  return [
    ...labelled('why', patch.why, width, state, 2),
    ...labelled('fixes', cves, width, state, 1),
    ...labelled('where', `${where}${not === '' ? '' : `; ${not}`}. ${ranked}`, width, state, 1),
  ];
};

export const prioritizeEmpty = (state: ConsoleState): string[] => {
  const failed = state.ranking?.error;
  if (failed !== undefined) return [`The ranking cannot be read: ${failed}`, 'b ranks anew.'];
  const purpose = 'Prioritize ranks what is pending, each patch with its written reason, and locks the plan.';
  if (state.engine.run?.run.ranking !== undefined) {
    return state.ranking?.value === undefined
      ? [purpose, 'Reading the ranking.']
      : [purpose, 'Nothing is pending on any host that answered: there is nothing to choose.'];
  }
  return [purpose, 'b ranks what the scan found.'];
};
