import type {ConsoleState} from './console-state.ts';
import {shareRows} from './layout.ts';
import {standingMessage} from './standing-message.ts';
import {screenNow} from './screens/all.ts';
import {wrap} from './span.ts';
import type {Message} from './ui.ts';

/** The smallest terminal in which the console can be worked with. */
export const smallest = {columns: 60, rows: 15};

export const isTooSmall = (size: {columns: number; rows: number}): boolean =>
  size.columns < smallest.columns || size.rows < smallest.rows;

/** Rows that are always there: trail and headline above, hints below. */
export const fixedRows = {header: 2, hints: 1};

/** From this many rows on a message has two of them, long or short: a table that jumps with every word cannot be read. */
const roomyRows = 22;

/** The message grows to three rows for what has to be read in full. */
export const messageLines = (state: ConsoleState): {lines: string[]; tone: Message['tone']} => {
  const message = state.ui.message ?? standingMessage(state);
  const {more} = state.theme.glyphs;
  const lines = wrap(message.text, state.ui.size.columns - 2, 3, more);
  if (lines.length === 1 && state.ui.size.rows >= roomyRows && !state.theme.screenReader) lines.unshift('');
  return {lines, tone: message.tone};
};

export const messageRows = (state: ConsoleState): number => messageLines(state).lines.length;

/** Rows of the table, of what is said under it, and of the message. */
export const tableFrame = (
  state: ConsoleState,
): {body: number; strip: number; message: number; progress: boolean} => {
  const {rows, columns} = state.ui.size;
  const progress = screenNow(state).progress(state, columns - 2) !== undefined;
  // Header, progress, filter line, column titles and hints.
  const fixed = fixedRows.header + (progress ? 1 : 0) + 2 + fixedRows.hints;
  const strip = rows >= 40 ? 8 : rows >= 30 ? 6 : 5;
  return {...shareRows(rows, {fixed, strip, message: messageRows(state)}), progress};
};
