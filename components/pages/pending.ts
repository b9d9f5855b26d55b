import {nextStep, type Update} from '../../src/model/package.ts';
import type {Scan} from '../../src/model/scan.ts';
import type {ConsoleState} from '../console-state.ts';
import {pad} from '../display-width.ts';
import {advisoryWords} from '../screens/patch-words.ts';
import {line, span, strong, type Line, type Span} from '../span.ts';
import {count, namesOf} from '../words.ts';

/** What a host's scan found pending, security fixes first: what each belongs to, and why some would not be installed. */
export const pendingLines = (scan: Scan, state: ConsoleState, width: number): Line[] => {
  const more = scan.depth === 'shallow' ? ' that a shallow scan shows; more may be' : '';
  if (scan.updates.length === 0) {
    return [
      line(
        strong(more === '' ? 'Nothing is pending.' : 'Nothing is known to be pending: only a shallow scan.'),
      ),
    ];
  }
  const sorted = [...scan.updates].sort(
    (a, b) => Number(b.security ?? 0.5) - Number(a.security ?? 0.5) || (a.name < b.name ? -1 : 1),
  );
  return [
    line(strong(`${count(sorted.length, 'update')} pending${more}`)),
    ...sorted.flatMap(update => updateLines(update, width, state)),
  ];
};

const securitySpan = ({security}: Update, {theme: {glyphs}}: ConsoleState): Span => {
  if (security === false) return span(`  ${glyphs.idle}      `, 'quiet');
  return span(security === null ? `  ${glyphs.warn} sec? ` : `  ${glyphs.warn} sec  `, 'warn');
};

const updateLines = (update: Update, width: number, state: ConsoleState): Line[] => {
  const {glyphs} = state.theme;
  const nameWidth = Math.max(16, Math.min(30, Math.floor(width / 3)));
  const versions = `${update.installed ?? '(new)'} ${glyphs.next} ${update.candidate}`;
  const why = update.notInstalled;
  return [
    line(
      securitySpan(update, state),
      pad(`${update.name}:${update.arch}`, nameWidth, 'left', glyphs.more),
      ` ${versions}  `,
      span(update.origin, 'quiet'),
    ),
    ...(update.advisories ?? []).map(advisory =>
      line(
        '           ',
        span(
          `${advisoryWords(advisory)}${advisory.cves.length === 0 ? '' : `: ${namesOf(advisory.cves, 2)}`}`,
          'quiet',
        ),
      ),
    ),
    ...(why === undefined
      ? []
      : [
          line(
            '           ',
            span(`not installed: ${why.replaceAll('-', ' ')}. `, 'bad'),
            span(`Next: ${nextStep(why, update.manager)}`),
          ),
        ]),
  ];
};
