import {numberOf, sections, wordOf} from '../../model/answer.ts';
import type {ManagerId} from '../../model/package.ts';
import {defineScript} from '../../model/script.ts';
import type {Manager} from '../manager.ts';
import {specOf} from '../staging.ts';

/**
 * What is downloaded, and what it unpacks to beside the old: an upper bound, by a library that is asked. `asked` is a function `ask_library
 * CHANGES` that prints one number, and none where a version is not in the lists.
 */
export const roomBy = (manager: ManagerId, asked: string): Manager['room'] => {
  const verb = `${manager}.room`;
  return {
    script: changes =>
      defineScript(
        verb,
        {wanted: specOf(changes.map(change => ({...change, version: change.to})))},
        `${asked}
echo '@@ bytes'
ask_library "$1"
echo '@@ end'`,
        {root: false},
      ),
    parse: raw => {
      const found = sections(verb, raw);
      return wordOf(verb, found, 'bytes') === '' ? undefined : numberOf(verb, found, 'bytes');
    },
  };
};
