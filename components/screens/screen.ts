import type {Refusal} from '../../src/record/gates.ts';
import type {StageName} from '../../src/model/phase.ts';
import type {ConsoleState} from '../console-state.ts';
import type {ColumnWidth} from '../layout.ts';
import type {Line, Span} from '../span.ts';
import type {FieldValue} from '../table/filter.ts';
import type {ScreenId} from './screen-id.ts';

export type Column<Item> = ColumnWidth & {
  title: string;
  align?: 'left' | 'right';
  /** Takes the width that its longest text needs, between `min` and `max`. */
  fits?: (item: Item) => string;
  /** A cell is one piece, or several when parts of it mean something (a bar, a status). `width` is what it may take. */
  cell(item: Item, state: ConsoleState, width: number): Span | Line;
  /** What the column is sorted by; absent: it cannot be sorted. Missing values come last, whichever way it is sorted. */
  order?: (item: Item, state: ConsoleState) => string | number | undefined;
};

/** A screen, said in data. `Item` is what a row shows: a host, a patch, a vulnerability. */
export type ScreenSpec<Item> = {
  stage: StageName;
  /** Where it is another look at its stage. */
  screen?: ScreenId;
  items(state: ConsoleState): readonly Item[];
  id(item: Item): string;
  /** Changes when the items or what the cells are made of change. */
  source(state: ConsoleState): readonly unknown[];
  columns: readonly Column<Item>[];
  /** First column sorted by; `reverse`: its greatest first. */
  sort: {column: string; reverse: boolean};
  fields: Readonly<Record<string, (item: Item, state: ConsoleState) => FieldValue>>;
  /** What plain words of a filter are looked for in. */
  text(item: Item, state: ConsoleState): string;
  /** Ids marked in the table; the operator's selection unless the run itself knows what was chosen. */
  marked(state: ConsoleState): ReadonlySet<string>;
  /** How many rows of what: `48 hosts`. */
  noun: string;
  headline(state: ConsoleState): Line;
  progress?(state: ConsoleState, width: number): Line | undefined;
  /** What there is to say of the row under the cursor, below the table. */
  strip(item: Item, state: ConsoleState, width: number): readonly Line[];
  /** What the screen is for and which key starts it. */
  empty(state: ConsoleState): readonly string[];
};

/** A screen's rows as they are now, whatever they show. */
export type View = {
  stage: StageName;
  screen: ScreenId;
  /** Ids that match the filter, in order. */
  ids: readonly string[];
  total: number;
  marked: ReadonlySet<string>;
  /** Marked rows that the filter hides. */
  hidden: number;
  fieldNames: readonly string[];
  /** Why the stage cannot be worked on now, when it was never begun. */
  blocked: Refusal | undefined;
};

/** A screen without its item type: what the console works with. */
export type Screen = {
  stage: StageName;
  id: ScreenId;
  noun: string;
  sortable: readonly string[];
  sort: {column: string; reverse: boolean};
  view(state: ConsoleState): View;
  titles(state: ConsoleState, width: number): Line;
  /** The cells of one row, padded to `width` columns. */
  row(state: ConsoleState, id: string, width: number): Line;
  /** The same as one sentence, for a screen reader. */
  sentence(state: ConsoleState, id: string): string;
  headline(state: ConsoleState): Line;
  progress(state: ConsoleState, width: number): Line | undefined;
  strip(state: ConsoleState, id: string, width: number): readonly Line[];
  empty(state: ConsoleState): readonly string[];
};
