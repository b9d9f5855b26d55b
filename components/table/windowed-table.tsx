import type {Context} from '../bindings/binding.ts';
import {rangeOf} from '../bindings/targets.ts';
import {screenOf} from '../console-state.ts';
import {Row, Rows} from '../row.tsx';
import {line, span, type Line} from '../span.ts';

/** Cursor, mark and a space before the cells. */
const gutter = 4;

/**
 * The rows of a screen that are in sight, one text each: only these are made, however many there are.
 * `>` marks the cursor and `*` what is selected, with or without colours.
 */
export const WindowedTable = (props: {context: Context; height: number; width: number}) => {
  const {context, height, width} = props;
  const {state, screen, view} = context;
  const {theme} = state;
  const {top, cursor} = screenOf(state.ui);
  const range = new Set(rangeOf(context));
  const cells = width - gutter;
  const shown = view.ids.slice(top, top + height);
  const blank: Line[] = Array.from({length: Math.max(0, height - shown.length)}, () => []);
  return (
    <>
      <Row line={[span(' '.repeat(gutter)), ...screen.titles(state, cells)]} width={width} theme={theme} />
      {shown.map(id => {
        const marked = view.marked.has(id) || range.has(id);
        const here = id === cursor;
        const mark = marked ? span('* ', 'accent') : span('  ');
        return (
          <Row
            key={id}
            line={line(here ? '> ' : '  ', mark, ...screen.row(state, id, cells))}
            width={width}
            theme={theme}
            inverse={here}
          />
        );
      })}
      <Rows lines={blank} width={width} theme={theme} />
    </>
  );
};
