import {linesOf, sections, wordOf} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';
import type {Marks, RefreshAnswer} from '../manager.ts';

/** Reads the parts `code` and `failures` of a refresh. A line of a failure counts whatever the code is. */
export const readRefresh = (verb: string, raw: Uint8Array): RefreshAnswer => {
  const found = sections(verb, raw);
  const failures = linesOf(verb, found, 'failures').map(line => cleanLine(line));
  return {fresh: wordOf(verb, found, 'code') === '0' && failures.length === 0, failures};
};

/** Reads the parts `automatic` and `held`. */
export const readMarks = (verb: string, raw: Uint8Array): Marks => {
  const found = sections(verb, raw);
  return {automatic: linesOf(verb, found, 'automatic'), held: linesOf(verb, found, 'held')};
};
