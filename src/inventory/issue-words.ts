import type {z} from 'zod';
import {shown, type Mistake} from './mistake.ts';
import {closest} from './closest.ts';
import type {Places} from './place.ts';
import {entriesOf} from './plain-map.ts';
import {allowedKeys, smokeKinds} from './schema.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found wrong, in words for the person who wrote the file. `raw` is the value the schema was given. */
export const mistakesOf = (issues: readonly Issue[], raw: unknown, places: Places): Mistake[] => {
  const at = ({path}: Issue): string => JSON.stringify(path.map(String));
  // A text that has to be a list is judged by its length, too: one mistake is enough.
  const mistyped = new Set(issues.filter(({code}) => code === 'invalid_type').map(at));
  const isEcho = (issue: Issue): boolean => /^too_/.test(issue.code) && mistyped.has(at(issue));
  return issues.filter(issue => !isEcho(issue)).flatMap(issue => mistakesOfOne(issue, raw, places));
};

const mistakesOfOne = (issue: Issue, raw: unknown, places: Places): Mistake[] => {
  const {path} = issue;
  const here = places.value(path);
  const name = describePath(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => ({
        ...places.key([...path, key]),
        what: `unknown key ${shown(key)} ${path.length === 0 ? 'at the top' : `in ${name}`}`,
        remedy: unknownKeyRemedy(key, allowedKeys(path)),
      }));
    case 'invalid_value':
      return [
        {
          ...here,
          what: `${name} cannot be ${shown(valueAt(raw, path))}`,
          remedy: allowedRemedy(valueAt(raw, path), issue.values.map(String)),
        },
      ];
    case 'invalid_type':
      return [{...here, ...typeWords(name, issue.expected, valueAt(raw, path))}];
    case 'invalid_union':
      return unionMistakes(issue, raw, places);
    case 'invalid_key':
      return [
        {
          ...places.key(path),
          what: `${describePath(path.slice(0, -1))} cannot have the name ${shown(path.at(-1))}`,
          remedy: issue.issues[0]?.message ?? issue.message,
        },
      ];
    case 'too_small':
    case 'too_big':
      return [
        {
          ...here,
          what: `${name} is out of its range: ${shown(valueAt(raw, path))}`,
          remedy: rangeRemedy(issue),
        },
      ];
    default:
      return [{...here, what: `${name} cannot be ${shown(valueAt(raw, path))}`, remedy: issue.message}];
  }
};

/** `port of host web1`, `drain.end of host web1`, `http.url of smoke check 2 of group web` */
export const describePath = (path: readonly PropertyKey[]): string => {
  const [section, ...inner] = path.map(String);
  if (section === undefined) return 'the file';
  const hasNames = section === 'groups' || section === 'hosts';
  if (inner.length === 0) return `"${section}"`;
  const owner = hasNames ? `${section === 'groups' ? 'group' : 'host'} ${inner[0] ?? ''}` : section;
  const rest = hasNames ? inner.slice(1) : inner;
  const [first = '', index, ...deeper] = rest;
  if (index === undefined) return rest.length === 0 ? owner : `${first} of ${owner}`;
  if (!/^\d+$/.test(index)) return `${rest.join('.')} of ${owner}`;
  const item = `${itemNames[first] ?? first} ${Number(index) + 1} of ${owner}`;
  return deeper.length === 0 ? item : `${deeper.join('.')} of ${item}`;
};

const itemNames: Readonly<Record<string, string>> = {smoke: 'smoke check', tags: 'tag', groups: 'group'};

const unknownKeyRemedy = (key: string, allowed: readonly string[]): string => {
  if (key === '<<') return 'merge keys are not read: state what is common in a group or in "defaults"';
  const meant = closest(key, allowed);
  return meant === undefined ? `allowed here: ${allowed.join(', ')}` : `did you mean "${meant}"?`;
};

const allowedRemedy = (value: unknown, allowed: readonly string[]): string => {
  const meant = typeof value === 'string' ? closest(value, allowed) : undefined;
  const list = `allowed: ${allowed.join(', ')}`;
  return meant === undefined ? list : `did you mean "${meant}"? ${list}`;
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list, as [a, b]',
  object: 'a map of keys and values',
  record: 'a map of names and their settings',
};

const typeWords = (name: string, expected: string, value: unknown): {what: string; remedy: string} => {
  const wanted = typeNames[expected] ?? expected;
  if (value === undefined) return {what: `${name} is missing`, remedy: `add it: ${wanted}`};
  if (value === null)
    return {what: `${name} has no value`, remedy: `give it ${wanted}, or take the line away`};
  const remedy =
    expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')
      ? `put it into quotes: "${String(value)}"`
      : `it has to be ${wanted}`;
  return {what: `${name} cannot be ${shown(value)}`, remedy};
};

const rangeRemedy = (issue: Extract<Issue, {code: 'too_small' | 'too_big'}>): string => {
  const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
  return issue.origin === 'string' ? `${limit} characters` : limit;
};

/** Smoke checks are the only union: the mistakes of the kind that was meant, or that none of the kinds was. */
const unionMistakes = (
  issue: Extract<Issue, {code: 'invalid_union'}>,
  raw: unknown,
  places: Places,
): Mistake[] => {
  const value = valueAt(raw, issue.path);
  const keys = entriesOf(value).map(([key]) => key);
  const meant = issue.errors.find(errors => keys.length > 0 && errors.every(error => error.path.length > 0));
  if (meant !== undefined) {
    const inner = meant.map(error => ({...error, path: [...issue.path, ...error.path]}));
    return mistakesOf(inner, raw, places);
  }
  const guess = keys.length === 1 ? closest(keys[0] ?? '', smokeKinds) : undefined;
  return [
    {
      ...places.value(issue.path),
      what: `${describePath(issue.path)} cannot be ${shown(value)}`,
      remedy: `${guess === undefined ? '' : `did you mean "${guess}"? `}each check is one of ${smokeKinds.join(', ')}, as {unit: nginx.service}`,
    },
  ];
};

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown => {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
};
