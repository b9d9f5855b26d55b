import type {Command} from '../src/engine/interface.ts';
import type {StageName} from '../src/model/phase.ts';
import type {Look, ScreenId} from './screens/screen-id.ts';

/** Where the operator is on one screen. Rows are known by their id: filter, sort and refresh keep them. */
export type ScreenUi = {
  cursor: string | undefined;
  /** Where the cursor was: it stays there when its row goes away. */
  at: number;
  top: number;
  filter: string;
  sort: string | undefined;
  reverse: boolean;
  selected: ReadonlySet<string>;
  /** Where a range began, while one is open. */
  anchor: string | undefined;
  /** The order of the rows when it was held. */
  held: readonly string[] | undefined;
};

export type Message = {text: string; tone: 'good' | 'bad' | 'quiet'};

export type Ui = {
  stage: StageName;
  /** How prioritize is looked at. */
  look: Look;
  screens: Readonly<Record<ScreenId, ScreenUi>>;
  layers: readonly Layer[];
  message: Message | undefined;
  /** Answer to the question on top, as far as it is typed. */
  answer: string;
  /** Notices that the operator has seen: a key was pressed while they stood there. */
  seen: ReadonlySet<string>;
  /** Versions suspected of a regression, by host: a rollback clears the trouble that named them. */
  suspects: Readonly<Record<string, readonly string[]>>;
  /** Takes the last choice back. */
  undo: readonly Command[] | undefined;
  size: {columns: number; rows: number};
};

/** One scrollable page of text over the table. */
export type Page =
  | {of: 'help'}
  | {of: 'host'; host: string}
  | {of: 'patch'; patch: string}
  | {of: 'log'; host: string}
  | {of: 'what-if'}
  | {of: 'cve'; cve: string}
  | {of: 'host-cves'; host: string}
  | {of: 'software'; words: string};

export type Field = {
  id: string;
  label: string;
  value: string;
  /** Longest value taken, in characters. */
  most: number;
  /** One of these is picked, not typed. */
  options?: readonly string[];
  /** It is no mistake to leave it empty. */
  mayBeEmpty?: true;
  /** What may stand there. */
  hint?: string;
};

/** What a live action shows before it does anything: a heading, then one value a row. */
export type SummaryRow = Record<string, string | number>;

/** What lies over the table, newest on top. Esc closes one. */
export type Layer =
  /** `cursor`: the row the operator was on; it is gone back to as soon as it matches. */
  | {kind: 'filter'; cursor: string | undefined}
  | {kind: 'palette'; text: string; at: number}
  /** `top`: first line shown; undefined follows the end, as a log does. */
  | {kind: 'page'; page: Page; top: number | undefined}
  | {kind: 'trouble'; at: number}
  /** How far each wave is. */
  | {kind: 'waves'}
  /** Closed with y or n. */
  | {kind: 'confirm'; title: string; lines: readonly string[]; then: Deed}
  /** A live action: one of `expect` has to be typed. */
  | {
      kind: 'typed';
      title: string;
      lines: readonly string[];
      table: readonly SummaryRow[];
      expect: readonly string[];
      typed: string;
      then: Deed;
    }
  | {
      kind: 'form';
      title: string;
      lines: readonly string[];
      fields: readonly Field[];
      at: number;
      then: (values: Readonly<Record<string, string>>) => Deed;
    }
  | {
      kind: 'choice';
      title: string;
      lines: readonly string[];
      options: readonly {key: string; label: string; then: Deed}[];
    };

/** What a key leads to: data, so that a binding stays a pure function and a confirmation can hold what it confirms. */
export type Deed =
  /** Asks the engine. `said` is the message when all were accepted; `undo` takes them back. */
  | {
      do: 'submit';
      commands: readonly Command[];
      said: string;
      undo?: readonly Command[];
      /** What is said until the engine has answered, where that takes a while. */
      meanwhile?: string;
      /** Done at once, whatever the engine answers. */
      change?: (ui: Ui) => Ui;
    }
  | {do: 'open'; layer: Layer}
  | {do: 'change'; change: (ui: Ui) => Ui}
  | {do: 'say'; text: string}
  | {do: 'suspend'}
  | {do: 'leave'}
  /** Leaves this engine, which only follows, for one that holds the run. */
  | {do: 'take-over'};
