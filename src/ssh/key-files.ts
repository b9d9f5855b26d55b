import {readFile} from 'node:fs/promises';
import type {ParsedKey, utils} from 'ssh2';
import {createGate, type Gate} from './gate.ts';
import {publicPart} from './private-key-format.ts';

/** A key that is configured: its public half, and the way to the private one. */
export type KeyFile = {
  path: string;
  public: ParsedKey;
  /** The private key; asks for the passphrase when it has one. `undefined`: not given, or wrong three times. */
  unlock(askPassphrase: AskPassphrase): Promise<ParsedKey | undefined>;
  /** Only its public half is there: an agent may have the other. */
  isHalf: boolean;
};
/** `undefined`: nobody gave one. */
export type AskPassphrase = (path: string, attempt: number) => Promise<string | undefined>;

export type KeyFiles = {
  /** Reads a key file; a sentence instead of the key when it cannot be used. */
  read(path: string): Promise<KeyFile | {path: string; problem: string}>;
};

type ParseKey = typeof utils.parseKey;
const attempts = 3;

/** Key files of one console. Unlocked keys and passphrases stay in memory only; a passphrase that opened one key is tried on the next. */
export const createKeyFiles = (parseKey: ParseKey): KeyFiles => {
  const unlocked = new Map<string, ParsedKey>();
  const passphrases = new Set<string>();
  const gates = new Map<string, Gate>();

  const open = (content: Buffer, passphrase: string): ParsedKey | undefined => {
    const key = single(parseKey(content, passphrase));
    return key instanceof Error || !key.isPrivateKey() ? undefined : key;
  };

  const unlock = async (
    path: string,
    content: Buffer,
    ask: AskPassphrase,
  ): Promise<ParsedKey | undefined> => {
    const id = `${path} ${content.toString('base64')}`;
    const gate = gates.get(id) ?? createGate(1);
    gates.set(id, gate);
    const leave = await gate.enter();
    try {
      const known =
        unlocked.get(id) ??
        [...passphrases].map(passphrase => open(content, passphrase)).find(key => key !== undefined);
      if (known !== undefined) return known;
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const passphrase = await ask(path, attempt);
        if (passphrase === undefined) return undefined;
        const key = open(content, passphrase);
        if (key === undefined) continue;
        passphrases.add(passphrase);
        unlocked.set(id, key);
        return key;
      }
      return undefined;
    } finally {
      leave();
    }
  };

  return {
    read: async path => {
      const content = await readFile(path).catch((error: unknown) =>
        error instanceof Error ? error : new Error('not readable'),
      );
      const beside = await readFile(`${path}.pub`).catch(() => undefined);
      if (content instanceof Error) {
        const half = single(parseKey(beside ?? ''));
        return half instanceof Error
          ? {path, problem: content.message}
          : {path, public: half, unlock: () => Promise.resolve(undefined), isHalf: true};
      }
      const key = single(parseKey(content));
      if (!(key instanceof Error)) {
        const isHalf = !key.isPrivateKey();
        return {path, public: key, unlock: () => Promise.resolve(isHalf ? undefined : key), isHalf};
      }
      const half = single(parseKey(beside ?? publicPart(content) ?? ''));
      if (!/encrypted|passphrase/i.test(key.message) || half instanceof Error) {
        return {
          path,
          problem: /unsupported/i.test(key.message)
            ? 'its type or format cannot be used (ssh-keygen -p rewrites the format; security keys and certificates cannot be used)'
            : key.message,
        };
      }
      return {path, public: half, unlock: ask => unlock(path, content, ask), isHalf: false};
    },
  };
};

/** parseKey's types leave out that a file may hold several keys; ssh uses the first. */
const single = (parsed: ParsedKey | Error | ParsedKey[]): ParsedKey | Error =>
  Array.isArray(parsed) ? (parsed[0] ?? new Error('it holds no key')) : parsed;
