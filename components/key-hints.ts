import type {Question} from '../src/model/question.ts';
import {bindingsOf} from './bindings/all.ts';
import {hintOf, whyDisabled, type Context} from './bindings/binding.ts';
import {topLayer, type ConsoleState} from './console-state.ts';
import {keyNames} from './key-names.ts';
import {askedNow} from './keys/question-keys.ts';
import {line, lineWidth, span, spread, strong, type Line, type Span} from './span.ts';
import {troubledHosts} from './troubles.ts';
import type {Layer} from './ui.ts';

/** The last row: what can be done here and now. Trouble, help and stop keep their place at the right. */
export const hintLine = (context: Context): Line => {
  const {state} = context;
  const width = state.ui.size.columns - 2;
  const right = fixedHints(state);
  const layer = topLayer(state.ui);
  const hints =
    askedNow(state) !== undefined
      ? questionHints(state)
      : layer === undefined
        ? tableHints(context)
        : [...pickHints(layer), ...layerHints[layer.kind]];
  const shown: Span[] = [];
  for (const [key, word] of hints) {
    const next: Span[] = [
      ...(shown.length === 0 ? [] : [span('  ')]),
      strong(key),
      span(` ${word}`, 'quiet'),
    ];
    if (lineWidth(shown) + lineWidth(next) > width - lineWidth(right) - 2) break;
    shown.push(...next);
  }
  return spread(shown, right, width, state.theme.glyphs.more);
};

type Hint = readonly [key: string, word: string];

const tableHints = (context: Context): Hint[] =>
  bindingsOf(context.screen.id).flatMap((binding): Hint[] => {
    const word = hintOf(binding, context);
    if (word === undefined || fixed.has(binding.id) || whyDisabled(binding, context) !== undefined) return [];
    return [[keyNames(binding.keys.slice(0, 1)), word]];
  });

/** These stand at the right, on every screen in the same place. */
const fixed = new Set(['trouble', 'help', 'stop']);

const fixedHints = (state: ConsoleState): Line => {
  const kind = askedNow(state) === undefined ? topLayer(state.ui)?.kind : askedNow(state)?.kind;
  if (kind !== undefined && takesText.has(kind)) return line(strong('^C'), span(' stop', 'quiet'));
  if (kind !== undefined && takesAnswers.has(kind)) return line(strong('X'), span(' stop', 'quiet'));
  const troubled = troubledHosts(state);
  return line(
    troubled > 0 ? {...span(`! ${troubled}`, 'bad')} : strong('!'),
    '  ',
    strong('?'),
    span(' help  ', 'quiet'),
    strong('X'),
    span(' stop', 'quiet'),
  );
};

/** Letters are text there: only Ctrl-C is for everyone. */
const takesText: ReadonlySet<string> = new Set(['filter', 'palette', 'form', 'typed', 'secret']);
/** Letters are answers there, and X. */
const takesAnswers: ReadonlySet<string> = new Set(['confirm', 'choice', 'waves', 'host-key', 'notice']);

const questionHints = (state: ConsoleState): Hint[] => hintsOf[askedNow(state)?.kind ?? 'host-key'];

const hintsOf: Readonly<Record<Question['kind'], Hint[]>> = {
  secret: [
    ['enter', 'answer'],
    ['esc', 'answer nothing'],
  ],
  'host-key': [
    ['r', 'refuse'],
    ['o', 'trust once'],
    ['m', 'remember'],
    ['esc', 'answer nothing'],
  ],
  notice: [['esc', 'hide']],
};

/** Where a field takes one of a few values. */
const pickHints = (layer: Layer): Hint[] =>
  layer.kind === 'form' && layer.fields[layer.at]?.options !== undefined ? [['left right', 'pick']] : [];

const layerHints: Readonly<Record<Layer['kind'], readonly Hint[]>> = {
  filter: [
    ['enter', 'keep'],
    ['esc', 'clear'],
    ['', 'field:value  field>=n  !not  or'],
  ],
  palette: [
    ['enter', 'do it'],
    ['up down', 'choose'],
    ['esc', 'back'],
  ],
  page: [
    ['j k', 'scroll'],
    ['space', 'page'],
    ['g G', 'ends'],
    ['esc', 'back'],
  ],
  trouble: [
    ['enter', 'go to these hosts'],
    ['j k', 'next'],
    ['esc', 'back'],
  ],
  waves: [['esc', 'back']],
  confirm: [
    ['y', 'yes'],
    ['n', 'no'],
  ],
  typed: [
    ['enter', 'do it, once typed'],
    ['esc', 'back, nothing is done'],
  ],
  form: [
    ['enter', 'next, do it'],
    ['tab', 'next field'],
    ['esc', 'back, nothing is done'],
  ],
  choice: [['esc', 'back']],
};
