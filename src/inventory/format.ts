import {constants} from 'node:fs';
import {access, open, stat} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {parse} from 'yaml';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {closest} from './closest.ts';
import {isPlainMap} from './plain-map.ts';
import {readText} from './read-text.ts';

/** What `--inventory FILE:FORMAT` may name. */
export const formats = [
  'patchdeck',
  'ansible-ini',
  'ansible-yaml',
  'ansible-json',
  'ansible-script',
  'ssh-config',
  'csv',
] as const;
export type Format = (typeof formats)[number] | 'ansible-folder';

/** `hosts:ansible-ini` as path and format. A colon with another word behind it is part of the path. Throws `inventory.format`. */
export const splitFormat = (spec: string): {path: string; format?: Format} => {
  const match = /^(.+):([a-z-]+)$/.exec(spec);
  const [, path = '', word = ''] = match ?? [];
  const format = formats.find(name => name === word);
  if (format !== undefined) return {path, format};
  const meant =
    word.includes('-') || word === 'ansible' ? (closest(word, formats) ?? 'ansible-ini') : undefined;
  if (meant === undefined) return {path: spec};
  throw new PatchdeckError(
    'input',
    'inventory.format',
    `"${cleanLine(word, 60)}" is no format of inventories; nothing was done`,
    `did you mean "${meant}"? There are ${formats.join(', ')}`,
  );
};

/** Says by name and content what an inventory is. A program is one only when it can be executed and begins as one. */
export const detectFormat = async (path: string): Promise<{format: Format; text: string}> => {
  if ((await stat(path).catch(() => undefined))?.isDirectory() === true)
    return {format: 'ansible-folder', text: ''};
  if (!hasPlainName.test(path) && (await isProgram(path))) return {format: 'ansible-script', text: ''};
  const text = await readText(path);
  return {format: formatOf(path, text), text};
};

const hasPlainName = /\.(?:csv|json|ya?ml|ini)$/i;

const formatOf = (path: string, text: string): Format => {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.json$/i.test(path)) return 'ansible-json';
  if (/\.ini$/i.test(path)) return 'ansible-ini';
  if (/^(?:ssh_config|config)$/.test(basename(path)) && /^\.?ssh$/.test(basename(dirname(path))))
    return 'ssh-config';
  if (/\.ya?ml$/i.test(path)) return isAnsibleYaml(text) ? 'ansible-yaml' : 'patchdeck';
  return formatOfContent(text);
};

/** By content alone, for names that say nothing. */
const formatOfContent = (text: string): Format => {
  const lines = text
    .slice(0, 1_000_000)
    .split(/\r?\n/)
    .filter(line => /^\s*[^\s#;]/.test(line));
  const [first = ''] = lines;
  if (first.startsWith('{')) return 'ansible-json';
  if (lines.some(line => /^\s*(?:Host|Match)\s+\S/i.test(line)) && !lines.some(line => /^\[/.test(line)))
    return 'ssh-config';
  if (/^\[/.test(first) || lines.some(line => /^\[[^\]]+\]\s*(?:#.*)?$/.test(line))) return 'ansible-ini';
  if (/^---/.test(first) || /^[\w-]+:(?:\s|$)/.test(first))
    return isAnsibleYaml(text) ? 'ansible-yaml' : 'patchdeck';
  return first.includes(',') && !/\s\w+=/.test(first) ? 'csv' : 'ansible-ini';
};

/** True for maps of groups; a file of our own has `fleet`, or hosts of its own at the top. */
const isAnsibleYaml = (text: string): boolean => {
  // Parsing takes its time, and a file of our own says what it is.
  if (/^fleet\s*:/m.test(text)) return false;
  let value: unknown;
  try {
    value = parse(text, {
      logLevel: 'silent',
      uniqueKeys: false,
      customTags: [],
      maxAliasCount: 100,
      merge: true,
    });
  } catch {
    // Whatever is wrong is said by the reader of its form.
    return /^(?:all|ungrouped):/m.test(text);
  }
  if (!isPlainMap(value) || 'fleet' in value) return false;
  const groups = Object.values(value);
  return groups.length > 0 && groups.every(isGroup) && groups.some(isPlainMap);
};

const isGroup = (value: unknown): boolean =>
  value === null ||
  (isPlainMap(value) && Object.keys(value).every(key => ['hosts', 'children', 'vars'].includes(key)));

/** True for a file that its user may execute and that begins with `#!` or as an ELF program. */
export const isProgram = async (path: string): Promise<boolean> => {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    const handle = await open(path);
    try {
      const head = Buffer.alloc(4);
      await handle.read(head, 0, 4, 0);
      return head.toString('latin1').startsWith('#!') || head.toString('latin1') === '\u007fELF';
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
};
