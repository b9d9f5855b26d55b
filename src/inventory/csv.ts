import {basename} from 'node:path';
import {CsvError, parse} from 'csv-parse/sync';
import {columnsOf} from './csv-columns.ts';
import type {Foreign, ForeignHost} from './foreign.ts';
import type {Setting} from './lacks.ts';
import {shown, type FilePlace, type Mistake} from './mistake.ts';

type Cell = {value: string; at: FilePlace};

/**
 * Reads hosts from CSV (RFC 4180; separated by comma, semicolon or tab): a first line with the names of the columns, `name` among them.
 * Several groups or tags in one cell are separated by blanks, `;` or `|`.
 */
export const readCsv = (text: string, file: string): Foreign => {
  const mistakes: Mistake[] = [];
  const notices: string[] = [];
  const hosts = new Map<string, ForeignHost>();
  const done = (): Foreign => ({
    name: basename(file).replace(/\.\w+$/, ''),
    groups: [...new Set([...hosts.values()].flatMap(host => host.groups))],
    hosts: [...hosts.values()],
    mistakes,
    notices,
  });
  const rows = readRows(text, file, mistakes);
  const [head, ...body] = rows;
  if (head === undefined) {
    if (mistakes.length === 0)
      mistakes.push({
        file,
        line: 1,
        column: 1,
        what: 'the file is empty',
        remedy: 'its first line names the columns: name,address,groups',
      });
    return done();
  }
  const {columns: meaning, notices: unused} = columnsOf(head.map(({value}) => value));
  if (!meaning.includes('name')) {
    mistakes.push({
      ...head[0]?.at,
      file,
      what: `no column is called "name"; there are ${head.map(({value}) => shown(value)).join(', ')}`,
      remedy: 'the first line names the columns: name,address,groups',
    });
    return done();
  }
  notices.push(...unused);
  for (const row of body) {
    const cells = row.flatMap((cell, i) =>
      meaning[i] === undefined || cell.value.trim() === '' ? [] : [{...cell, means: meaning[i]}],
    );
    const name = cells.find(({means}) => means === 'name');
    const at = row[0]?.at ?? {file};
    const beyond = row.slice(head.length).find(({value}) => value.trim() !== '');
    if (beyond !== undefined) {
      mistakes.push({
        ...beyond.at,
        what: `the line has more cells than the first one names columns: ${shown(beyond.value)}`,
        remedy: 'a cell that holds what separates cells goes into quotation marks',
      });
      continue;
    }
    if (name === undefined) {
      if (cells.length > 0)
        mistakes.push({...at, what: 'a host without a name', remedy: 'give it one in the column "name"'});
      continue;
    }
    const host = name.value.trim();
    const first = hosts.get(host);
    if (first !== undefined) {
      mistakes.push({
        ...name.at,
        what: `host ${shown(host)} is there twice, first in line ${first.at.line ?? 1}`,
        remedy: 'keep one of them',
      });
      continue;
    }
    const groups = cells.filter(({means}) => means === 'groups').flatMap(({value}) => words(value));
    const settings: ForeignHost['settings'] = new Map();
    for (const {means, value, at: place} of cells) {
      if (means === 'name' || means === 'groups') continue;
      settings.set(means, {value: typed(means, value.trim()), at: place});
    }
    hosts.set(host, {name: host, at: name.at, groups: [...new Set(groups)], settings, unreadable: []});
  }
  return done();
};

const words = (text: string): string[] => text.split(/[\s;|,]+/).filter(word => word !== '');

const typed = (setting: Setting, text: string): unknown => {
  if (setting === 'tags') return words(text);
  if ((setting === 'port' || setting === 'wave') && /^\d+$/.test(text)) return Number(text);
  if (setting === 'canary')
    return /^(?:yes|true|1|x|canary)$/i.test(text) ? true : /^(?:no|false|0)$/i.test(text) ? false : text;
  return ['criticality', 'exposure', 'data', 'become'].includes(setting) ? text.toLowerCase() : text;
};

/** Rows of cells with the line each row begins in; a column is the number of the cell's first character in a row of one line. */
const readRows = (text: string, file: string, mistakes: Mistake[]): Cell[][] => {
  const whole = text.replace(/^\uFEFF/, '');
  // Spreadsheets write "sep=;" as a first line of its own; it stays as an empty one, so that lines are counted as they are.
  const stated = /^"?sep=([^\r\n"])"?(?=\r?\n)/i.exec(whole);
  const bare = stated === null ? whole : whole.slice(stated[0].length);
  const lines = bare.split(/\r?\n/);
  const head = lines.find(line => line.trim() !== '') ?? '';
  const count = (mark: string): number => head.split(mark).length;
  const delimiter =
    stated?.[1] ?? [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
  try {
    const records: unknown = parse(bare, {
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: 100_000,
    });
    if (!Array.isArray(records)) return [];
    let before = 0;
    return records.map((entry: unknown) => {
      const {record, info} = entry as {record: string[]; info: {lines: number}};
      let line = before + 1;
      while (line < info.lines && (lines[line - 1] ?? '').trim() === '') line++;
      before = info.lines;
      let from = 0;
      return record.map(value => {
        const found = (lines[line - 1] ?? '').indexOf(value, from);
        const column = Math.max(found, from) + 1;
        if (found !== -1) from = found + Math.max(value.length, 1);
        return {value, at: {file, line, column}};
      });
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    mistakes.push({
      file,
      line,
      column: 1,
      what: `this is not CSV: ${error.message}`,
      remedy: 'look at the quotation marks here and above',
    });
    return [];
  }
};
