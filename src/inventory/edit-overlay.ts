import {constants} from 'node:fs';
import {lstat, open, rename, unlink} from 'node:fs/promises';
import {dirname} from 'node:path';
import {isAlias, isCollection, isScalar, parseDocument, visit, type Alias, type Document} from 'yaml';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Description} from './description.ts';
import {invalidInventory} from './mistake.ts';
import {readOverlay} from './overlay.ts';
import {readText} from './read-text.ts';

/**
 * States something of hosts in an overlay, which is made where there is none. Everything else in it stays as it is written, comments
 * too. Throws `inventory.invalid` for an overlay with mistakes, `overlay.link`, `overlay.changed` when somebody else wrote it meanwhile,
 * and `overlay.not-written`; the overlay is then as it was.
 */
export const editOverlay = async (
  file: string,
  hosts: readonly string[],
  description: Description,
): Promise<void> => {
  const before = await textOf(file);
  const next = describe(before?.text ?? '', hosts, description);
  for (const text of [before?.text ?? '', next]) {
    const {mistakes} = readOverlay(text, file);
    if (mistakes.length > 0) throw invalidInventory(file, mistakes);
  }
  if ((await textOf(file))?.text !== before?.text) {
    throw new PatchdeckError(
      'outside',
      'overlay.changed',
      `${cleanLine(file, 300)} was changed while it was edited; nothing was written`,
      'look at what was changed, then say it again',
    );
  }
  await replace(file, next, before?.mode ?? 0o644);
};

const describe = (text: string, hosts: readonly string[], description: Description): string => {
  const doc = parseDocument(text);
  for (const host of hosts) standAlone(doc, ['hosts', host]);
  // An entry without a value (`web1:`) is no map that anything could be put into.
  const asMap = (path: string[]): void => {
    const there = doc.getIn(path, true);
    if (there !== undefined && !(isScalar(there) && there.value === null)) return;
    const made = doc.createNode({});
    if (isScalar(there)) made.commentBefore = there.comment ?? null;
    doc.setIn(path, made);
  };
  for (const host of hosts) {
    asMap(['hosts']);
    asMap(['hosts', host]);
    for (const [key, value] of Object.entries(description)) {
      if (value === null) doc.deleteIn(['hosts', host, key]);
      else doc.setIn(['hosts', host, key], doc.createNode(value));
    }
  }
  return doc.toString({lineWidth: 0});
};

/** What an entry shares with others by an anchor or an alias becomes its own: else what is said of one host would be said of others. */
const standAlone = (doc: Document, path: readonly [string, string]): void => {
  if (isAlias(doc.getIn(path.slice(0, 1), true))) replaceAliases(doc, undefined);
  const entry = doc.getIn(path, true);
  if (isAlias(entry)) replaceAliases(doc, entry);
  else if (isCollection(entry) && entry.anchor !== undefined) replaceAliases(doc, undefined);
};

/** Puts in the place of an alias, or of all of them, what it stands for. */
const replaceAliases = (doc: Document, only: Alias | undefined): void => {
  visit(doc, {
    Alias: (_key, alias) => {
      const target = only === undefined || only === alias ? alias.resolve(doc) : undefined;
      if (target === undefined) return undefined;
      const own = target.clone() as typeof target;
      delete own.anchor;
      return own;
    },
  });
};

const textOf = async (file: string): Promise<{text: string; mode: number} | undefined> => {
  const found = await lstat(file).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (found.isFile()) return {text: await readText(file), mode: found.mode & 0o777};
  throw new PatchdeckError(
    'input',
    'overlay.link',
    `${cleanLine(file, 300)} is a link or no file; nothing was written`,
    'name the file itself: --overlay FILE',
  );
};

/** Whole or not at all: written beside it, synced, and put in its place. */
const replace = async (file: string, text: string, mode: number): Promise<void> => {
  const part = `${file}.part`;
  try {
    const {O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW} = constants;
    const handle = await open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
    const directory = await open(dirname(file), constants.O_RDONLY);
    await directory.sync().finally(() => directory.close());
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) await unlink(part).catch(() => undefined);
    throw new PatchdeckError(
      'outside',
      'overlay.not-written',
      `${cleanLine(file, 300)} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      isSystemError(error, 'EEXIST')
        ? `somebody edits it now; if nobody does, one was stopped in it: take ${cleanLine(part, 300)} away`
        : 'see that its directory is yours and has room, or name another file: --overlay FILE (or PATCHDECK_OVERLAY)',
      {cause: error},
    );
  }
};

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
