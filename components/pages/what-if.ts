import type {ConsoleState} from '../console-state.ts';
import {chosenPatches, dueInDays, touchedBy} from '../screens/patch-words.ts';
import {line, span, strong, type Line} from '../span.ts';
import {count, namesOf, number} from '../words.ts';

/** What would be open after the chosen patches, and whom they touch. Counts only what the ranking knows. */
export const whatIfLines = (state: ConsoleState): Line[] => {
  const patches = state.ranking?.value?.patches ?? [];
  const chosen = chosenPatches(state);
  const ids = new Set(chosen.map(patch => patch.id));
  const left = patches.filter(patch => !ids.has(patch.id));
  const {hosts, installs} = touchedBy(chosen);
  const cves = (of: typeof patches): Set<string> => new Set(of.flatMap(patch => patch.cves));
  const exploited = (of: typeof patches) => of.filter(patch => patch.exploited.length > 0);
  const held = chosen.filter(patch => patch.notInstalled.length > 0);
  const unknown = left.filter(patch => patch.score === null);
  const late = left.filter(patch => (dueInDays(patch, state.now) ?? 99) <= 7);
  const open = cves(left);
  const risk = (of: typeof patches): number => of.reduce((sum, patch) => sum + (patch.score ?? 0), 0);
  const kernels = chosen.filter(patch => patch.packages.some(name => name.startsWith('linux-image-')));
  const rebooting = new Set(kernels.flatMap(patch => patch.hosts));
  return [
    line(strong('If the chosen patches were installed')),
    line(`  touched    ${count(hosts.size, 'host')}, about ${count(installs, 'install')}`),
    line(
      `  closed     ${count([...cves(chosen)].filter(id => !open.has(id)).length, 'CVE')}, ${number(exploited(chosen).length)} of ${number(exploited(patches).length)} exploited patches`,
    ),
    line(
      `  risk       ${risk(patches) === 0 ? 'none is scored' : `${Math.round((100 * risk(chosen)) / risk(patches))} % of the sum of all scores goes`}`,
    ),
    line(
      `  reboots    ${rebooting.size === 0 ? 'none by kernels' : `${count(rebooting.size, 'host')} by a kernel: ${namesOf([...rebooting], 6)}`}; the plan knows the rest`,
    ),
    line(`  download   unknown until packages are staged`),
    line(''),
    line(strong('What stays open')),
    line(`  patches    ${number(left.length)}, with ${count(open.size, 'CVE')}`),
    line(
      '  exploited  ',
      exploited(left).length === 0
        ? 'none'
        : span(
            namesOf(
              exploited(left).map(patch => patch.source),
              6,
            ),
            'bad',
          ),
    ),
    line(
      '  due soon   ',
      late.length === 0
        ? 'none within 7 days'
        : span(
            namesOf(
              late.map(patch => patch.source),
              6,
            ),
            'bad',
          ),
    ),
    line(
      `  unranked   ${
        unknown.length === 0
          ? 'none'
          : `${namesOf(
              unknown.map(patch => patch.source),
              6,
            )}: too little is known`
      }`,
    ),
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
