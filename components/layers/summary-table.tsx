import {Text} from 'ink';
import {Table} from 'ink-table';
import type {PropsWithChildren} from 'react';
import {fitRows} from './fit-rows.ts';
import type {Theme} from '../theme.ts';
import type {SummaryRow} from '../ui.ts';

/** A small table of fixed rows, never wider than `width`: a row that wraps would push the screen's first row out. Its rules are left out: on 24 rows each line is wanted for something else. */
export const SummaryTable = ({
  rows,
  width,
  theme,
}: {
  rows: readonly SummaryRow[];
  width: number;
  theme: Theme;
}) =>
  rows.length === 0 ? null : (
    <Table
      data={fitRows(rows, width, theme.glyphs.more)}
      header={Heading}
      cell={Cell}
      skeleton={theme.screenReader ? NoRules : theme.glyphs.rule === '-' ? AsciiRules : Rules}
    />
  );

const Heading = ({children}: PropsWithChildren) => <Text bold>{children}</Text>;
const Cell = ({children}: PropsWithChildren) => <Text>{children}</Text>;

/** Only what stands between two columns is drawn. */
const Rules = ({children}: PropsWithChildren) => (children === '│' ? <Text dimColor>{' │'}</Text> : null);
const AsciiRules = ({children}: PropsWithChildren) => (children === '│' ? <Text>{' |'}</Text> : null);
const NoRules = () => <Text> </Text>;
