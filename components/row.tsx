import {Text} from 'ink';
import {cutLine, type Line, type Span} from './span.ts';
import type {Theme} from './theme.ts';

/** One row of the terminal: one text, cut to its width, so that nothing wraps. */
export const Row = (props: {line: Line; width: number; theme: Theme; inverse?: boolean}) => {
  const {theme, inverse = false} = props;
  // An empty text would take no row at all.
  const parts = joined(cutLine(props.line, props.width, theme.glyphs.more), inverse);
  if (parts.every(part => part.text === '')) return <Text> </Text>;
  return (
    <Text wrap="truncate-end" inverse={inverse}>
      {parts.map((part, i) => {
        // On the cursor row colours would be blocks: its shape says enough.
        const look = part.tone === undefined || inverse ? {} : theme.looks[part.tone];
        const bold = part.bold === true || look.bold === true;
        return (
          <Text key={i} {...look} bold={bold}>
            {part.text}
          </Text>
        );
      })}
    </Text>
  );
};

/** Several rows. */
export const Rows = (props: {lines: readonly Line[]; width: number; theme: Theme}) =>
  props.lines.map((line, i) => <Row key={i} line={line} width={props.width} theme={props.theme} />);

/** Neighbours that look the same are one piece: each costs time in every frame. Blanks take the look of what is before. */
const joined = (parts: Line, inverse: boolean): Span[] => {
  const pieces: Span[] = [];
  for (const part of parts) {
    const last = pieces.at(-1);
    const same = last?.bold === part.bold && (inverse || last?.tone === part.tone);
    if (last !== undefined && (same || part.text.trim() === '')) {
      pieces[pieces.length - 1] = {...last, text: last.text + part.text};
    } else pieces.push(part);
  }
  return pieces;
};
