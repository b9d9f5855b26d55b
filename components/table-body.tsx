import type {Context} from './bindings/binding.ts';
import {screenOf} from './console-state.ts';
import {filterLine} from './filter-line.ts';
import {tableFrame} from './frame.ts';
import {Row, Rows} from './row.tsx';
import {span, wrap, type Line} from './span.ts';
import {WindowedTable} from './table/windowed-table.tsx';

/** A screen: its bar, filter, table and what there is to say of the row under the cursor. */
export const TableBody = ({context}: {context: Context}) => {
  const {state, screen, view} = context;
  const {theme} = state;
  const width = state.ui.size.columns - 2;
  const frame = tableFrame(state);
  const progress = frame.progress ? screen.progress(state, width) : undefined;
  const {cursor} = screenOf(state.ui);
  const strip = cursor === undefined || view.ids.length === 0 ? [] : screen.strip(state, cursor, width);
  const words = view.total === 0 ? emptyLines(context, width) : nothingMatches;
  return (
    <>
      {progress === undefined ? null : <Row line={progress} width={width} theme={theme} />}
      <Row line={filterLine(state, screen, view)} width={width} theme={theme} />
      {view.ids.length === 0 ? (
        <Rows lines={fill(words, frame.body + 1)} width={width} theme={theme} />
      ) : (
        <WindowedTable context={context} height={frame.body} width={width} />
      )}
      {frame.strip === 0 ? null : (
        <Rows lines={fill([[], ...strip], frame.strip)} width={width} theme={theme} />
      )}
    </>
  );
};

const nothingMatches: Line[] = [[], [span('  Nothing matches the filter. Esc clears it.')]];

/** What the screen is for, which key starts it, and what keeps it from starting. */
const emptyLines = (context: Context, width: number): Line[] => {
  const {state, screen, view} = context;
  const {more} = state.theme.glyphs;
  const blocked = view.blocked;
  const why =
    blocked === undefined
      ? []
      : [
          [],
          ...wrapped(`Not yet: ${blocked.what}.`, width, more),
          ...wrapped(`Next: ${blocked.next}.`, width, more),
        ];
  return [[], ...screen.empty(state).flatMap(text => wrapped(text, width, more)), ...why];
};

const wrapped = (text: string, width: number, more: string): Line[] =>
  wrap(text, width - 4, 4, more).map(part => [span(`  ${part}`)]);

const fill = (lines: readonly Line[], height: number): Line[] =>
  Array.from({length: height}, (_, i) => lines[i] ?? []);
