import {open} from 'node:fs/promises';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {invalidInventory} from './mistake.ts';
import {maxInventoryBytes, tooLarge} from './yaml-file.ts';

/** A file of an inventory as text. Throws `inventory.missing`, `inventory.unreadable`, and `inventory.invalid` for what is no text. */
export const readText = async (path: string): Promise<string> => {
  const bytes = await readCapped(path);
  if (bytes.length > maxInventoryBytes) throw invalidInventory(path, [tooLarge]);
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    const what = 'the file is not UTF-8 text';
    throw invalidInventory(path, [
      {line: 1, column: 1, what, remedy: 'save it as UTF-8, or name the right file'},
    ]);
  }
};

/** No inventory is there, or not the one that was named. `there`: lines about what could be used instead. */
export const missing = (what: string, next?: string, there: readonly string[] = []): PatchdeckError =>
  new PatchdeckError(
    'input',
    'inventory.missing',
    [
      `${what}; nothing was done`,
      ...(there.length === 0 ? [] : ['What is there can be used as it is:', ...there]),
    ].join('\n'),
    next ??
      'write patchdeck.yaml, as `fleet: home` and `hosts: {web1: {address: 10.0.0.11}}`, or name a file with --inventory FILE or PATCHDECK_INVENTORY',
  );

/** At most one byte more than is allowed: the parser then says that it is too large. Pipes are read too. */
const readCapped = async (path: string): Promise<Uint8Array> => {
  try {
    const handle = await open(path);
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of handle.createReadStream({end: maxInventoryBytes, autoClose: false})) {
        if (chunk instanceof Uint8Array) chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') throw missing(`the inventory ${cleanLine(path, 500)} is not there`);
    const why = code === 'EISDIR' ? 'it is a directory' : code === 'EACCES' ? 'you may not read it' : code;
    throw new PatchdeckError(
      'input',
      'inventory.unreadable',
      `the inventory ${cleanLine(path, 500)} cannot be read: ${why}; nothing was done`,
      'name a file that you can read with --inventory FILE',
      {cause: error},
    );
  }
};
