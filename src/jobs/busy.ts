import {z} from 'zod';
import {cleanLine, decode} from '../model/clean.ts';

const ownerSchema = z.object({kind: z.string().max(40), by: z.string().max(100)});

/** Whose work holds a host and since when, as its lock says it (`{"kind":...,"by":...} at TIME`), for a sentence. It may say anything. */
export const busyWith = (owner: string): string => {
  const line = cleanLine(owner, 300);
  const [, json = '', since = ''] = /^(\{.*\}) at (\S+)$/.exec(line) ?? [];
  const parsed = ownerSchema.safeParse(tryJson(json));
  // What was escaped in the JSON is out now: cleaned once more.
  if (parsed.success) return cleanLine(`${parsed.data.kind} by ${parsed.data.by} since ${since}`);
  return line === '' ? 'nobody knows whose' : line;
};

/** The same of the log of a job that found its host busy. */
export const busyInLog = (log: Uint8Array): string => {
  const line = decode(log)
    .split('\n')
    .find(text => text.startsWith('busy: '));
  return busyWith((line ?? '').slice('busy: '.length));
};

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
