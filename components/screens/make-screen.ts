import type {Refusal} from '../../src/record/gates.ts';
import type {StageName} from '../../src/model/phase.ts';
import type {ConsoleState} from '../console-state.ts';
import {displayWidth, pad} from '../display-width.ts';
import {gateNow} from '../gates-now.ts';
import {keep} from '../keep.ts';
import {columnGap, fitColumns} from '../layout.ts';
import {standingWords} from '../standing.ts';
import {cutLine, lineText, lineWidth, type Line, type Span} from '../span.ts';
import {orderedIds} from '../table/ordered-ids.ts';
import type {Column, Screen, ScreenSpec, View} from './screen.ts';

/** Makes a screen out of its description. Keeps its last rows: they are made anew only when what they show changed. */
export const makeScreen = <Item>(spec: ScreenSpec<Item>): Screen => {
  const rows = keep<ReadonlyMap<string, Item>>();
  const ids = keep<readonly string[]>();
  const fitted = keep<readonly Column<Item>[]>();
  const heading = keep<Line>();
  const screenId = spec.screen ?? spec.stage;

  const itemsOf = (state: ConsoleState): ReadonlyMap<string, Item> =>
    rows(spec.source(state), () => new Map(spec.items(state).map(item => [spec.id(item), item])));

  const columnsOf = (state: ConsoleState): readonly Column<Item>[] => {
    const items = itemsOf(state);
    return fitted([items], () => spec.columns.map(column => fitColumn(column, items.values())));
  };

  const view = (state: ConsoleState): View => {
    const items = itemsOf(state);
    const ui = state.ui.screens[screenId];
    const marked = spec.marked(state);
    const sort = ui.sort ?? spec.sort.column;
    const reverse = ui.reverse !== (sort === spec.sort.column && spec.sort.reverse);
    const order = {filter: ui.filter, sort, reverse, held: ui.held};
    const shown = ids([items, marked, ...Object.values(order)], () => orderedIds(spec, state, items, order));
    const there = marked.size === 0 ? 0 : [...marked].filter(id => items.has(id)).length;
    const seen = marked.size === 0 ? 0 : shown.filter(id => marked.has(id)).length;
    return {
      stage: spec.stage,
      screen: screenId,
      ids: shown,
      total: items.size,
      marked,
      hidden: there - seen,
      fieldNames: Object.keys(spec.fields),
      blocked: blockedBy(state, spec.stage),
    };
  };

  const withItem = <T>(state: ConsoleState, id: string, otherwise: T, show: (item: Item) => T): T => {
    const item = itemsOf(state).get(id);
    return item === undefined ? otherwise : show(item);
  };

  return {
    stage: spec.stage,
    id: screenId,
    noun: spec.noun,
    sortable: spec.columns.filter(column => column.order !== undefined).map(column => column.id),
    sort: spec.sort,
    view,
    titles: (state, width) => titleLine(columnsOf(state), state, width),
    row: (state, id, width) =>
      withItem(state, id, [], item => cellLine(columnsOf(state), item, state, width)),
    sentence: (state, id) => withItem(state, id, '', item => sentence(spec.columns, item, state)),
    headline: state => {
      const {run} = state.engine;
      const from = [run?.run, run?.hosts, state.version, state.ranking, state.theme];
      return heading(from, () => [...standingWords(state), ...spec.headline(state)]);
    },
    progress: (state, width) => spec.progress?.(state, width),
    strip: (state, id, width) => withItem(state, id, [], item => spec.strip(item, state, width)),
    empty: state => spec.empty(state),
  };
};

/** Why a stage that was never begun cannot begin; one that was begun shows what it did. */
export const blockedBy = (state: ConsoleState, stage: StageName): Refusal | undefined => {
  const status = state.engine.run?.run.stages[stage].status ?? 'not-started';
  return status === 'not-started' ? gateNow(state, stage) : undefined;
};

const fitColumn = <Item>(column: Column<Item>, items: Iterable<Item>): Column<Item> => {
  if (column.fits === undefined) return column;
  let longest = displayWidth(column.title);
  for (const item of items) {
    longest = Math.max(longest, displayWidth(column.fits(item)));
    if (longest >= column.max) return column;
  }
  return {...column, max: Math.max(column.min, longest)};
};

const cellLine = <Item>(
  columns: readonly Column<Item>[],
  item: Item,
  state: ConsoleState,
  width: number,
): Line => {
  const widths = fitColumns(columns, width);
  const parts: Span[] = [];
  for (const column of columns) {
    const wide = widths.get(column.id);
    if (wide === undefined) continue;
    if (parts.length > 0) parts.push({text: ' '.repeat(columnGap)});
    const cell = lineOf(column.cell(item, state, wide));
    parts.push(...padLine(cell, wide, column.align ?? 'left', state.theme.glyphs.more));
  }
  return padLine(parts, width, 'left', state.theme.glyphs.more);
};

const titleLine = <Item>(columns: readonly Column<Item>[], state: ConsoleState, width: number): Line => {
  const widths = fitColumns(columns, width);
  const {more} = state.theme.glyphs;
  const titles = columns.flatMap(column => {
    const wide = widths.get(column.id);
    return wide === undefined ? [] : [pad(column.title, wide, column.align ?? 'left', more)];
  });
  return [{text: pad(titles.join(' '.repeat(columnGap)), width, 'left', more), tone: 'quiet'}];
};

const sentence = <Item>(columns: readonly Column<Item>[], item: Item, state: ConsoleState): string =>
  columns
    .map(
      column =>
        [
          column.title.toLowerCase(),
          lineText(lineOf(column.cell(item, state, 60)))
            .replace(/ +/g, ' ')
            .trim(),
        ] as const,
    )
    .filter(([, text]) => text !== '')
    .map(([title, text]) => (title === '' ? text : `${title} ${text}`))
    .join(', ');

const lineOf = (cell: Span | Line): Line => ('text' in cell ? [cell] : cell);

const padLine = (parts: Line, width: number, align: 'left' | 'right', more: string): Line => {
  const short = cutLine(parts, width, more);
  const space = width - lineWidth(short);
  if (space <= 0) return short;
  const filler: Span = {text: ' '.repeat(space)};
  return align === 'left' ? [...short, filler] : [filler, ...short];
};
