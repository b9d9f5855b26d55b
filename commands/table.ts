import stringWidth from 'string-width';
import {cleanLine} from '../src/model/clean.ts';

/** Plain columns for stdout, as wide as what is in them. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [
    head.map(title => title.toUpperCase()),
    ...rows.map(row => row.map(cell => cleanLine(cell, 120))),
  ];
  const widths = head.map((_title, column) => Math.max(...all.map(row => stringWidth(row[column] ?? ''))));
  const pad = (cell: string, width: number): string =>
    cell + ' '.repeat(Math.max(0, width - stringWidth(cell)));
  return all
    .map(row =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
