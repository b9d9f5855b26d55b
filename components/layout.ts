/** What the layout needs to know of a column. Widths are columns of the terminal. */
export type ColumnWidth = {
  id: string;
  min: number;
  /** The width it would like; what is left over goes to the columns that grow. */
  max: number;
  grow?: boolean;
  /** Higher numbers are dropped first; 0 is never dropped. */
  priority: number;
};

export const columnGap = 2;

/** Which columns are shown, in their order, and how wide each is. Never wider than `width` together with their gaps. */
export const fitColumns = (columns: readonly ColumnWidth[], width: number): ReadonlyMap<string, number> => {
  const shown = dropUntilFit(columns, width);
  const widths = new Map(shown.map(column => [column.id, column.min]));
  let left = width - needed(shown);
  for (const column of [...shown].sort((a, b) => a.priority - b.priority)) {
    const extra = Math.min(left, column.max - column.min);
    if (extra <= 0) continue;
    widths.set(column.id, column.min + extra);
    left -= extra;
  }
  const growing = shown.filter(column => column.grow === true);
  const each = growing.length === 0 ? 0 : Math.floor(left / growing.length);
  for (const column of growing) widths.set(column.id, (widths.get(column.id) ?? 0) + Math.max(0, each));
  return shrinkToFit(widths, width);
};

/** How the rows of the terminal are shared out. All are counts of rows. */
export type Frame = {body: number; strip: number; message: number};

/** `fixed`: header, column titles and hints. The strip under the table goes first where it gets tight, the table never. */
export const shareRows = (rows: number, wanted: {fixed: number; strip: number; message: number}): Frame => {
  const message = Math.max(1, Math.min(wanted.message, rows - wanted.fixed - 4));
  const free = rows - wanted.fixed - message;
  const strip = free - wanted.strip >= 6 ? wanted.strip : Math.max(0, Math.min(wanted.strip, free - 6));
  const shown = strip < 2 ? 0 : strip;
  return {body: Math.max(1, free - shown), strip: shown, message};
};

const needed = (columns: readonly ColumnWidth[]): number =>
  columns.reduce((sum, column) => sum + column.min, 0) + Math.max(0, columns.length - 1) * columnGap;

const dropUntilFit = (columns: readonly ColumnWidth[], width: number): readonly ColumnWidth[] => {
  let shown = columns;
  while (needed(shown) > width) {
    const worst = Math.max(...shown.map(column => column.priority));
    if (worst <= 0) return shown;
    const at = shown.findLastIndex(column => column.priority === worst);
    shown = shown.filter((_column, i) => i !== at);
  }
  return shown;
};

/** A terminal narrower than the columns that are never dropped: the last ones give way. */
const shrinkToFit = (widths: ReadonlyMap<string, number>, width: number): ReadonlyMap<string, number> => {
  const fitted = new Map<string, number>();
  let left = width;
  for (const [id, wanted] of widths) {
    const given = Math.min(wanted, left);
    if (given > 0) fitted.set(id, given);
    left -= given + columnGap;
  }
  return fitted;
};
