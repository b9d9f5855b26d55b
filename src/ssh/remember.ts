import {randomBytes} from 'node:crypto';
import {mkdir, open} from 'node:fs/promises';
import {dirname} from 'node:path';
import {hashName} from './host-pattern.ts';
import {keyType, lookupName} from './known-hosts.ts';

/**
 * Appends one line for a host's key to a known_hosts file, hashed when `hashed`. Only ever appends, so that a file which another program
 * writes at the same time loses nothing; makes the file with mode 0600. Throws what the file system throws.
 */
export const rememberHostKey = async (
  file: string,
  entry: {name: string; port: number; key: Uint8Array},
  hashed: boolean,
): Promise<void> => {
  const line = knownHostLine(entry, hashed);
  await mkdir(dirname(file), {recursive: true, mode: 0o700});
  const handle = await open(file, 'a+', 0o600);
  try {
    const {size} = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const unfinished = size > 0 && last[0] !== 0x0a;
    await handle.appendFile(unfinished ? `\n${line}` : line);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** One line of a known_hosts file. */
export const knownHostLine = (
  entry: {name: string; port: number; key: Uint8Array},
  hashed = false,
): string => {
  const lookup = lookupName(entry.name, entry.port);
  const name = hashed ? hashName(lookup, randomBytes(20)) : lookup;
  return `${name} ${keyType(entry.key)} ${Buffer.from(entry.key).toString('base64')}\n`;
};
