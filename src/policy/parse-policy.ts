import {isMap, LineCounter, parseDocument, visit, isScalar, type Document} from 'yaml';
import {closest} from '../inventory/closest.ts';
import {shown} from '../inventory/mistake.ts';
import {placesOf, type Place, type Places} from '../inventory/place.ts';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import {exceptionSchema, policySchema, shallowRuleSchema, type Policy} from '../model/policy.ts';

/** Largest policy that is read, in bytes. */
export const maxPolicyBytes = 1024 * 1024;
const mostListed = 20;

type Mistake = Place & {what: string};

/** Reads a policy. `file` is its name in messages. Throws `policy.invalid` with every mistake that can be seen, each with line and column. */
export const parsePolicy = (text: string, file: string): Policy => {
  if (Buffer.byteLength(text) > maxPolicyBytes)
    throw invalid(file, [{...top, what: 'the file has more than 1 MB'}]);
  const lines = new LineCounter();
  const doc = read(text, lines);
  if (doc === undefined) throw invalid(file, [{...top, what: 'the file is nested too deep to be read'}]);
  const places = placesOf(doc, lines);
  const syntax = [...doc.errors, ...doc.warnings].map(error => ({
    ...places.at(error.pos[0]),
    what: `this is not YAML: ${error.message}`,
  }));
  if (doc.errors.length > 0) throw invalid(file, syntax);
  if (!isMap(doc.contents)) {
    throw invalid(file, [
      {...top, what: 'the file is no map of keys and values; it begins as "policy: weekly"'},
    ]);
  }
  const raw = plain(doc);
  const parsed = policySchema.safeParse(raw);
  const schema = parsed.success ? [] : parsed.error.issues.flatMap(issue => wordsOf(issue, raw, places));
  const mistakes = [...syntax, ...repeated(doc, places), ...schema];
  if (mistakes.length > 0 || !parsed.success) throw invalid(file, mistakes);
  return parsed.data;
};

const top: Place = {line: 1, column: 1};

const read = (text: string, lines: LineCounter): Document | undefined => {
  try {
    const doc = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      logLevel: 'error',
      uniqueKeys: false,
    });
    return doc.errors.some(error => error.message.includes('call stack')) ? undefined : doc;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** A section with nothing in it is one without settings. */
const plain = (doc: Document): unknown => {
  try {
    const raw: unknown = doc.toJS({maxAliasCount: 100});
    if (typeof raw !== 'object' || raw === null) return raw;
    return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
  } catch (error) {
    return error instanceof Error ? {[`aliases: ${cleanLine(error.message, 80)}`]: null} : undefined;
  }
};

type Issue = NonNullable<ReturnType<typeof policySchema.safeParse>['error']>['issues'][number];

const wordsOf = (issue: Issue, raw: unknown, places: Places): Mistake[] => {
  const name = issue.path.length === 0 ? 'the file' : `"${issue.path.map(String).join('.')}"`;
  const value = valueAt(raw, issue.path);
  const at = places.value(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => {
        const meant = closest(key, keysAt(issue.path));
        return {
          ...places.key([...issue.path, key]),
          what: `unknown key ${shown(key)} in ${name}; ${meant === undefined ? `allowed: ${keysAt(issue.path).join(', ')}` : `did you mean "${meant}"?`}`,
        };
      });
    case 'invalid_type':
      return [
        {
          ...at,
          what:
            value === undefined
              ? `${name} is missing`
              : `${name} cannot be ${shown(value)}; it has to be ${typeWord(issue.expected)}`,
        },
      ];
    case 'invalid_value':
      return [
        {...at, what: `${name} cannot be ${shown(value)}; allowed: ${issue.values.map(String).join(', ')}`},
      ];
    case 'too_small':
      return [
        {
          ...at,
          what: `${name} cannot be ${shown(value)}; at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`,
        },
      ];
    case 'too_big':
      return [
        {
          ...at,
          what: `${name} cannot be ${shown(value)}; at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`,
        },
      ];
    default:
      return [{...at, what: `${name} cannot be ${shown(value)}; ${issue.message}`}];
  }
};

const typeWord = (expected: string): string =>
  ({
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys and values',
  })[expected] ?? expected;

const keysAt = (path: readonly PropertyKey[]): string[] => {
  const [section, ...inner] = path.map(String);
  if (section === undefined) return Object.keys(policySchema.shape);
  if (section === 'scan' && inner.length === 1) return Object.keys(shallowRuleSchema.shape);
  if (section === 'exceptions' && inner.length === 1) return Object.keys(exceptionSchema.shape);
  const keys: Readonly<Record<string, readonly string[]>> = {
    scan: ['shallow'],
    select: ['security', 'minScore', 'ssvc', 'packages', 'exclude'],
    actNow: ['exploited', 'ssvc', 'severity', 'minScore'],
    deadlines: ['exploited', 'critical', 'high', 'medium', 'low', 'negligible', 'unknown'],
    approve: ['severity', 'maxHosts', 'reboots'],
    effort: ['maxHosts', 'reboots'],
  };
  return [...(keys[section] ?? [])];
};

const repeated = (doc: Document, places: Places): Mistake[] => {
  const mistakes: Mistake[] = [];
  visit(doc, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const {key} of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name))
          mistakes.push({
            ...places.at(key.range?.[0] ?? 0),
            what: `${shown(name)} is there twice in one map; keep one`,
          });
        seen.add(name);
      }
    },
  });
  return mistakes;
};

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown => {
  let value = raw;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
};

const invalid = (file: string, mistakes: readonly Mistake[]): PatchdeckError => {
  const name = cleanLine(file, 300);
  const sorted = [...mistakes].sort((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted
    .slice(0, mostListed)
    .map(({line, column, what}) => `${name}:${line}:${column}: ${cleanLine(what, 300)}`);
  const rest = sorted.length - lines.length;
  return new PatchdeckError(
    'input',
    'policy.invalid',
    [
      `the policy has ${sorted.length === 1 ? 'one mistake' : `${sorted.length} mistakes`}; nothing was done`,
      ...lines,
      ...(rest > 0 ? [`and ${rest} more`] : []),
    ].join('\n'),
    `mend ${sorted.length === 1 ? 'it' : 'them'} in ${name} and look again with \`patchdeck policy ${name}\``,
  );
};
