import {numberOf, sections, wordOf} from '../model/answer.ts';

/** What a probe of the lists prints under `refreshed`, in seconds since 1970; `undefined`: nobody knows. Throws on anything else. */
export const readRefreshedAt = (verb: string, raw: Uint8Array): number | undefined => {
  const found = sections(verb, raw);
  return wordOf(verb, found, 'refreshed') === '' ? undefined : numberOf(verb, found, 'refreshed');
};
