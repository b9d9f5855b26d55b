import type {OpenHole, Patch} from '../../src/model/patch.ts';
import type {ConsoleState} from '../console-state.ts';
import {line, span, strong, type Line} from '../span.ts';
import {count, namesOf, number} from '../words.ts';

const stateWords: Readonly<Record<OpenHole['state'], string>> = {
  'fix-pending': 'an update closes it',
  'fix-elsewhere': 'fixed, but the host is offered no version that has it',
  'needs-subscription': 'fixed for those with a subscription',
  'not-booted': 'the fixed kernel is installed: boot it',
  'no-fix-yet': 'no fix yet',
  undetermined: 'perhaps not affected',
  'end-of-life': 'no support: no fix will come',
};

/** Each vulnerability with what closes it and where it is; exploited ones first, then those that most hosts have. */
export const cveLines = (state: ConsoleState): Line[] => {
  const ranking = state.ranking?.value;
  if (ranking === undefined) return [line('Nothing is ranked yet (b).')];
  const chosen = state.engine.run?.run.chosen ?? new Set<string>();
  const byCve = new Map<string, Patch[]>();
  for (const patch of ranking.patches) {
    for (const cve of patch.cves) byCve.set(cve, [...(byCve.get(cve) ?? []), patch]);
  }
  const rows = [...byCve].map(([cve, patches]) => ({
    cve,
    patches,
    hosts: [...new Set(patches.flatMap(patch => patch.hosts))],
    exploited: patches.some(patch => patch.exploited.some(item => item.cve === cve)),
  }));
  rows.sort(
    (a, b) =>
      Number(b.exploited) - Number(a.exploited) ||
      b.hosts.length - a.hosts.length ||
      (a.cve < b.cve ? -1 : 1),
  );
  const open = ranking.open ?? [];
  return [
    line(strong('Closed by pending updates'), span(`  ${count(rows.length, 'CVE')}, + is chosen`, 'quiet')),
    ...rows.map(({cve, patches, hosts, exploited}) =>
      line(
        `  ${patches.some(({id}) => chosen.has(id)) ? '+' : ' '} `,
        exploited ? span(cve.padEnd(17), 'bad') : cve.padEnd(17),
        ` ${namesOf(
          patches.map(({source}) => source),
          3,
        )} on ${namesOf(hosts, 6)}${exploited ? ', exploited' : ''}`,
      ),
    ),
    line(''),
    line(strong('Closed by none'), span(`  ${number(ranking.openCount ?? open.length)}`, 'quiet')),
    ...(ranking.findings === undefined
      ? [line('  unknown: no feed of records is kept (patchdeck feeds sync)')]
      : open.map(hole => openLine(hole))),
    ...(ranking.uncovered ?? []).map(text => line('  ', span(text, 'warn'))),
  ];
};

/** Each host with what its pending updates close and what stays open on it; those with most first. */
export const hostHoleLines = (state: ConsoleState): Line[] => {
  const ranking = state.ranking?.value;
  if (ranking === undefined) return [line('Nothing is ranked yet (b).')];
  const chosen = state.engine.run?.run.chosen ?? new Set<string>();
  const hosts = new Map<string, {pending: Set<string>; chosen: Set<string>; exploited: Set<string>}>();
  const of = (host: string) => {
    const known = hosts.get(host);
    if (known !== undefined) return known;
    const made = {
      pending: new Set<string>(),
      chosen: new Set<string>(),
      exploited: new Set<string>(),
    };
    hosts.set(host, made);
    return made;
  };
  for (const patch of ranking.patches) {
    for (const host of patch.hosts) {
      const entry = of(host);
      for (const cve of patch.cves) entry.pending.add(cve);
      if (chosen.has(patch.id)) for (const cve of patch.cves) entry.chosen.add(cve);
      for (const {cve} of patch.exploited) entry.exploited.add(cve);
    }
  }
  for (const host of Object.keys(ranking.openOn ?? {})) of(host);
  const rows = [...hosts].sort(
    ([a, x], [b, y]) =>
      y.exploited.size - x.exploited.size || y.pending.size - x.pending.size || (a < b ? -1 : 1),
  );
  const openOn = (host: string): number | undefined => ranking.openOn?.[host]?.open;
  return [
    line(strong('Each host')),
    ...rows.map(([host, entry]) =>
      line(
        `  ${host.padEnd(16)} ${count(entry.pending.size, 'CVE')} closed by updates, ${number(entry.chosen.size)} by chosen ones, `,
        openOn(host) === undefined
          ? span('by none: unknown', 'quiet')
          : `${number(openOn(host) ?? 0)} by none`,
        entry.exploited.size === 0 ? '' : span(`  exploited: ${namesOf([...entry.exploited], 3)}`, 'bad'),
      ),
    ),
  ];
};

const openLine = ({
  cve,
  source,
  state,
  severity,
  hosts,
  hostCount,
  reintroduced,
  exploited,
}: OpenHole): Line =>
  line(
    '    ',
    exploited === undefined ? cve.padEnd(17) : span(cve.padEnd(17), 'bad'),
    ` ${source} on ${namesOfMany(hosts, hostCount ?? hosts.length)}: ${stateWords[state]}`,
    exploited === undefined ? '' : span(', exploited', 'bad'),
    reintroduced === true ? span(', it came back after it had been fixed', 'warn') : '',
    span(`, severity ${severity ?? 'unknown'}`, 'quiet'),
  );

const namesOfMany = (hosts: readonly string[], count: number): string =>
  count > 6 ? `${hosts.slice(0, 6).join(', ')} and ${number(count - 6)} more` : namesOf(hosts, 6);
