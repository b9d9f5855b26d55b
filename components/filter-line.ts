import {topLayer, type ConsoleState} from './console-state.ts';
import type {Screen, View} from './screens/screen.ts';
import {line, span, spread, type Line} from './span.ts';
import {number} from './words.ts';

/** The row above the table: filter, counts, selection, sort. */
export const filterLine = (state: ConsoleState, screen: Screen, view: View): Line => {
  if (view.total === 0) return [];
  const ui = state.ui.screens[view.screen];
  const {glyphs} = state.theme;
  const editing = topLayer(state.ui)?.kind === 'filter';
  const left: Line =
    editing || ui.filter !== ''
      ? [span('/ ', 'accent'), span(`${ui.filter}${editing ? '_' : ''}`), span('   '), ...counts(view)]
      : counts(view);
  const sort = ui.sort ?? screen.sort.column;
  const reverse = ui.reverse !== (sort === screen.sort.column && screen.sort.reverse);
  const held = ui.held === undefined ? '' : 'held, ';
  const right = line(span(`${held}sort: ${sort} ${reverse ? glyphs.down : glyphs.up}`, 'quiet'));
  return spread(left, right, state.ui.size.columns - 2, glyphs.more);
};

const counts = (view: View): Line => {
  const words = view.stage === 'prioritize' ? 'chosen' : 'selected';
  const shown =
    view.ids.length === view.total
      ? `${number(view.total)} shown`
      : `${number(view.ids.length)}/${number(view.total)}`;
  const {hidden} = view;
  return [
    span(shown, 'quiet'),
    ...(view.marked.size === 0 ? [] : [span(`   ${number(view.marked.size)} ${words}`, 'accent')]),
    ...(hidden === 0
      ? []
      : [span(`   ${number(hidden)} ${words} ${hidden === 1 ? 'is' : 'are'} hidden by the filter`, 'warn')]),
  ];
};
