import {decode} from './clean.ts';
import {PatchdeckError} from './error.ts';

/** A line that begins a section of a probe's answer: `@@ name`. */
const sectionLine = /^@@ ([a-z-]+)$/;

/**
 * Splits a probe's answer into its sections: scripts print `@@ name` before each part. The last section must be `end`, so
 * that an answer cut short is noticed. Throws `host.bad-answer`.
 */
export const sections = (verb: string, raw: Uint8Array): ReadonlyMap<string, string[]> => {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of decode(raw).split('\n')) {
    const name = sectionLine.exec(line)?.[1];
    if (name === undefined) current?.push(line);
    else found.set(name, (current = []));
  }
  if (!found.has('end')) throw badAnswer(verb, 'it was cut short');
  return found;
};

/** The non-empty lines of a section; an absent one throws `host.bad-answer`. */
export const linesOf = (verb: string, found: ReadonlyMap<string, string[]>, name: string): string[] => {
  const lines = found.get(name);
  if (lines === undefined) throw badAnswer(verb, `it has no part "${name}"`);
  return lines.filter(line => line.trim() !== '');
};

/** The first line of a section, trimmed; '' when the section is empty. */
export const wordOf = (verb: string, found: ReadonlyMap<string, string[]>, name: string): string =>
  linesOf(verb, found, name)[0]?.trim() ?? '';

/** A number from a section's first line. Throws `host.bad-answer` for anything else. */
export const numberOf = (verb: string, found: ReadonlyMap<string, string[]>, name: string): number => {
  const word = wordOf(verb, found, name);
  const value = Number(word);
  if (word === '' || !Number.isFinite(value))
    throw badAnswer(verb, `"${name}" is not a number: ${word.slice(0, 40)}`);
  return value;
};

export const badAnswer = (verb: string, what: string, cause?: unknown): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'host.bad-answer',
    `the answer to ${verb} cannot be believed: ${what}; nothing was taken from it`,
    'run it again; if it stays, look at the host by hand',
    {cause},
  );
