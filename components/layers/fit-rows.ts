import {cut, displayWidth} from '../display-width.ts';
import type {SummaryRow} from '../ui.ts';

/** What the table draws around each cell: a space at both sides, and a rule with a space in front. */
const around = 4;
/** The last rule. */
const closing = 2;

/** The rows with their longest texts cut, headings too, until the table takes no more than `width` columns of the terminal. */
export const fitRows = (rows: readonly SummaryRow[], width: number, more: string): SummaryRow[] => {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map(name =>
    Math.max(displayWidth(name), ...rows.map(row => displayWidth(String(row[name] ?? '')))),
  );
  const room = Math.max(names.length, width - closing - around * names.length);
  for (let left = widths.reduce((sum, wide) => sum + wide, 0) - room; left > 0; left--) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return rows.map(row =>
    Object.fromEntries(
      names.map((name, i) => [
        cut(name, widths[i] ?? 0, more),
        cut(String(row[name] ?? ''), widths[i] ?? 0, more),
      ]),
    ),
  );
};
