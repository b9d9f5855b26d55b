import {stageNames} from '../src/model/phase.ts';
import type {ConsoleState} from './console-state.ts';
import {gateNow} from './gates-now.ts';
import {stageTitles} from './screens/all.ts';
import {line, span, spread, strong, type Line, type Span} from './span.ts';

/** The first row: the five stages, the fleet and the mode. The fleet's name goes first where it gets tight. */
export const trailLine = (state: ConsoleState): Line => {
  const {columns} = state.ui.size;
  const {next, more} = state.theme.glyphs;
  const trail = stageNames.flatMap((name, i): Span[] => [
    ...(i === 0 ? [] : [span(` ${next} `, 'quiet')]),
    ...stageSpans(state, name, i + 1, columns < 72),
  ]);
  const mode = {live: 'LIVE', demo: 'DEMO', 'read-only': 'READ-ONLY'}[state.mode];
  const used = trail.reduce((sum, part) => sum + part.text.length, 0) + mode.length + 4;
  const room = columns - 2 - used;
  const fleet =
    room >= state.fleet.length ? state.fleet : room >= 6 ? `${state.fleet.slice(0, room - 1)}${more}` : '';
  return spread(
    trail,
    line(
      span(fleet, 'quiet'),
      fleet === '' ? '' : '  ',
      span(mode, state.mode === 'live' ? 'bad' : 'accent'),
    ),
    columns - 2,
    more,
  );
};

/** Done stages say so, blocked ones are quiet, the one that runs is marked; the one that is shown stands in brackets. */
const stageSpans = (
  state: ConsoleState,
  name: (typeof stageNames)[number],
  key: number,
  short: boolean,
): Span[] => {
  const here = state.ui.stage === name;
  const title = short && !here ? stageTitles[name].slice(0, 4) : stageTitles[name];
  const text = here ? `[${key} ${title}]` : `${key} ${title}`;
  const {run} = state.engine;
  const status = run?.run.stages[name].status ?? 'not-started';
  if (status === 'running') return [span(`${text}${state.theme.glyphs.active}`, 'active')];
  if (here) return [strong(text)];
  if (status === 'complete') return [span(text, 'good')];
  if (status === 'incomplete' || status === 'stopped') return [span(text, 'warn')];
  return [gateNow(state, name) !== undefined ? span(text, 'quiet') : {text}];
};
