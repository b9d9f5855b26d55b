import {nextStep} from '../../src/model/package.ts';
import {openingWords} from '../../src/model/window.ts';
import type {Patch} from '../../src/model/patch.ts';
import type {ConsoleState} from '../console-state.ts';
import {ago} from '../moments.ts';
import {decisionNow, dueOf, type Due} from '../screens/due.ts';
import {advisoryWords, reachOf} from '../screens/patch-words.ts';
import {labelled} from '../screens/strips.ts';
import {line, span, strong, type Line} from '../span.ts';
import {count, namesOf} from '../words.ts';

/** Why a patch ranks where it does, what it fixes, where it goes and what holds it back. */
export const patchLines = (state: ConsoleState, id: string, width: number): Line[] => {
  const ranking = state.ranking?.value;
  const patch = ranking?.patches.find(item => item.id === id);
  if (ranking === undefined || patch === undefined) return [line('This patch is no longer in the ranking.')];
  const reach = reachOf(patch, state);
  const blocked = state.engine.run?.run.blocked.get(patch.id);
  return [
    ...(blocked === undefined ? [] : [...labelled('blocked', blocked, width, state, 3), line('')]),
    ...labelled(
      'rank',
      patch.score === null ? '? (too little is known to say)' : String(Math.round(patch.score)),
      width,
      state,
      1,
    ),
    ...labelled('why', patch.why, width, state, 6),
    ...ratingLines(patch, width, state),
    ...labelled(
      'unknown',
      patch.missing.length === 0 ? 'nothing was missing' : patch.missing.join('; '),
      width,
      state,
      4,
    ),
    line(''),
    line(strong('fixes     '), count(patch.cves.length, 'CVE'), span(`  from: ${patch.cveSource}`, 'quiet')),
    ...patch.exploited.map(item =>
      line(
        '          ',
        span(`${state.theme.glyphs.warn} ${item.cve} exploited since ${item.since}`, 'bad'),
        `, to be fixed by ${item.due}${item.ransomware ? ', used by ransomware' : ''}`,
      ),
    ),
    ...(patch.cves.length === 0 ? [] : labelled('', patch.cves.join(', '), width, state, 12)),
    ...dueLines(patch, dueOf(patch, state), width, state),
    ...routeLines(patch, width, state),
    line(''),
    ...labelled('packages', patch.packages.join(', '), width, state, 4),
    ...labelled('origin', `${patch.origin}${securityWords(patch)}`, width, state, 2),
    ...(patch.advisories === undefined
      ? []
      : labelled('advisory', patch.advisories.map(advisoryWords).join('; ') || 'none', width, state, 4)),
    ...labelled(
      'hosts',
      `${count(patch.hosts.length, 'host')}, ${reach.internet} face the net, ${reach.critical} critical: ${namesOf(patch.hosts, 40)}`,
      width,
      state,
      6,
    ),
    line(''),
    ...(patch.notInstalled.length === 0
      ? [line('Nothing holds it back.')]
      : [
          line(strong('not installed by the plain upgrade')),
          ...patch.notInstalled.flatMap(item => [
            line(
              `  ${item.host.padEnd(14)} `,
              span(item.why.replaceAll('-', ' '), 'bad'),
              `  ${nextStep(item.why, patch.manager)}`,
            ),
          ]),
        ]),
    line(''),
    line(strong('what the ranking knew'), span(`  made ${ago(ranking.at, state.now)}`, 'quiet')),
    ...ranking.inputs.map(input => line(`  ${input}`)),
  ];
};

const securityWords = ({security}: Patch): string => {
  if (security === null) return ', a security fix or not: unknown';
  return security ? ', a security fix' : '';
};

/** What feeds say: how bad, how likely, and the way to the decision. */
const ratingLines = ({rating}: Patch, width: number, state: ConsoleState): Line[] => {
  if (rating === undefined) return [];
  const {severity, severityBy, cvss, epss, since, ssvc, age} = rating;
  const words = [
    severity === null ? 'severity unknown' : `severity ${severity} by ${severityBy}`,
    cvss === null
      ? 'CVSS unknown'
      : `CVSS ${cvss.version} ${cvss.score.toFixed(1)} (${cvss.cve}, ${cvss.vector})`,
    epss === null
      ? 'EPSS unknown'
      : `EPSS ${(epss.probability * 100).toFixed(1)} % within 30 days (${epss.cve}, more than ${Math.floor(epss.percentile * 100)} % of all)`,
    since === null ? 'known since: unknown' : `known since ${since}`,
    ...(age === null ? [] : [`data ${age}`]),
  ];
  return [
    ...labelled('rated', words.join('; '), width, state, 5),
    ...labelled('SSVC', `${ssvc.decision}: ${ssvc.path.join(' > ')}`, width, state, 4),
  ];
};

/** What the policy made of it, and how long it is until its window opens. */
const routeLines = (patch: Patch, width: number, state: ConsoleState): Line[] => {
  const decision = decisionNow(state);
  const item = decision?.patches.find(each => each.patch === patch.id);
  if (decision === undefined || item === undefined) return [];
  const opening = item.verdict === 'window' ? decision.window : undefined;
  const until = opening === undefined ? '' : `; ${openingWords(opening, state.now)}`;
  const words = `${decision.policy}: ${item.verdict.replaceAll('-', ' ')}, ${item.why}${until}`;
  return labelled('policy', words, width, state, 3);
};

const dueLines = (patch: Patch, due: Due | undefined, width: number, state: ConsoleState): Line[] => {
  if (due === undefined) {
    return patch.exploited.length === 0 ? [] : labelled('due', 'no date', width, state, 1);
  }
  const {days, why} = due;
  const words = days < 0 ? `${count(-days, 'day')} overdue` : `in ${count(days, 'day')}`;
  return labelled('due', `${words}; ${why}`, width, state, 2);
};
