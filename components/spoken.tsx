import {Box, Text} from 'ink';
import type {Context} from './bindings/binding.ts';
import {screenOf, topLayer} from './console-state.ts';
import {filterLine} from './filter-line.ts';
import {messageLines, tableFrame} from './frame.ts';
import {hintLine} from './key-hints.ts';
import {layerOf} from './layers/layer-body.tsx';
import {lineText} from './span.ts';
import {trailLine} from './trail.ts';

/** The console for a screen reader: sentences one below the other, and of the table the row under the cursor. */
export const Spoken = ({context}: {context: Context}) => {
  const {state, screen, view} = context;
  const {cursor, at} = screenOf(state.ui);
  const layer = topLayer(state.ui)?.kind === 'filter' ? undefined : layerOf(context);
  const marked = cursor !== undefined && view.marked.has(cursor) ? ', selected' : '';
  const row =
    cursor === undefined || view.ids.length === 0
      ? screen.empty(state).join(' ')
      : `row ${at + 1} of ${view.ids.length}${marked}: ${screen.sentence(state, cursor)}`;
  const strip = cursor === undefined || tableFrame(state).strip === 0 ? [] : screen.strip(state, cursor, 200);
  const sentences = [
    tidy(lineText(trailLine(state))),
    tidy(lineText(screen.headline(state))),
    ...(layer === undefined
      ? [tidy(lineText(filterLine(state, screen, view))), row, ...strip.map(part => tidy(lineText(part)))]
      : []),
  ].filter(text => text !== '');
  return (
    <Box flexDirection="column">
      {sentences.map((text, i) => (
        <Text key={i}>{text}</Text>
      ))}
      {layer === undefined ? null : <Box flexDirection="column">{layer}</Box>}
      <Text>{messageLines(state).lines.join(' ')}</Text>
      <Text>{tidy(lineText(hintLine(context)))}</Text>
    </Box>
  );
};

/** Padding is for eyes. */
const tidy = (text: string): string => text.replace(/ {2,}/g, ', ').trim();
