import {stringify} from 'csv-stringify/sync';
import {clean} from '../model/clean.ts';
import type {SoftwareRow} from './software.ts';

const columns = [
  'host',
  'package',
  'arch',
  'version',
  'source',
  'source_version',
  'status',
  'system',
  'scanned_at',
  'manager',
];

/** Installed software as CSV (RFC 4180). Cells that a spreadsheet would take for formulas are made text. */
export const softwareCsv = (rows: readonly SoftwareRow[]): string =>
  stringify(
    rows.map(({host, name, arch, version, source, sourceVersion, status, os, at, manager}) =>
      [host, name, arch, version, source, sourceVersion, status, os.name, at, manager].map(clean),
    ),
    {header: true, columns, escape_formulas: true},
  );
