import {cleanLine} from '../../model/clean.ts';
import {elementsOf, type XmlElement} from './xml.ts';

/** What `zypper info` says of a package or a patch: in XML too as a text of `Key : value` lines, lists below their key. */
export type Details = {
  name: string;
  version: string;
  /** By name, not by alias. */
  repository: string;
  of(key: string): readonly string[];
};

export const detailsOf = (root: XmlElement): Details[] =>
  elementsOf(root, 'message').flatMap(({text}) => {
    const fields = fieldsOf(text);
    const word = (key: string): string => cleanLine(fields.get(key)?.[0] ?? '');
    const name = word('Name');
    if (name === '') return [];
    return [
      {name, version: word('Version'), repository: word('Repository'), of: key => fields.get(key) ?? []},
    ];
  });

/** Lines of a list or of a description are set in by four: none of them is taken for a key. The first of a key is the one. */
const fieldsOf = (text: string): Map<string, string[]> => {
  const fields = new Map<string, string[]>();
  let values: string[] = [];
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^([A-Z][A-Za-z ]{0,30}?) *:(?: (.*))?$/.exec(line) ?? [];
    if (key !== undefined) {
      values = /^(\[\d+\])?$/.test(value.trim()) ? [] : [value.trim()];
      if (!fields.has(key)) fields.set(key, values);
    } else if (line.startsWith('    ')) values.push(line.trim());
  }
  return fields;
};
