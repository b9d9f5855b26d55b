import {
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type ScalarTag,
  type YAMLError,
} from 'yaml';
import {shown, type Mistake} from './mistake.ts';
import {nowhere, placesOf, type Places} from './place.ts';

/** Largest inventory that is read, in bytes: 10,000 hosts take about 2 MB. */
export const maxInventoryBytes = 16 * 1024 * 1024;
/** How often an alias may be used in all; more is a bomb or a file that should use groups. */
const maxAliasCount = 1000;

/** What a file of YAML has. `whole` is false where so much is wrong that its values say nothing. */
export type YamlFile = {
  doc: Document | undefined;
  value: unknown;
  places: Places;
  mistakes: Mistake[];
  /** Keys that are there twice in one map: of these the last one holds, and Ansible takes it so. */
  repeats: Mistake[];
  whole: boolean;
};

/** How other programs read YAML: PyYAML has version 1.1 (merge keys, `yes`), and tags of their own. */
export type YamlDialect = {version?: '1.1' | '1.2'; tags?: ScalarTag[]};

/** Reads YAML with every mistake of its form: syntax, keys that are there twice, aliases that lead nowhere or are a bomb. */
export const readYaml = (text: string, dialect: YamlDialect = {}): YamlFile => {
  const lines = new LineCounter();
  const broken = (mistakes: Mistake[], places = nowhere): YamlFile => ({
    doc: undefined,
    value: undefined,
    places,
    mistakes,
    repeats: [],
    whole: false,
  });
  if (Buffer.byteLength(text) > maxInventoryBytes) return broken([tooLarge]);
  const doc = parse(text, lines, dialect);
  if (doc === undefined || doc.errors.some(isTooDeep)) return broken([tooDeep]);
  const places = placesOf(doc, lines);
  const syntax = [...doc.errors, ...doc.warnings].map(error => yamlMistake(error, text, places));
  if (doc.errors.length > 0) return broken(syntax, places);
  const plain = toPlain(doc);
  if ('mistake' in plain) return broken([...syntax, {...places.at(plain.offset), ...plain.mistake}], places);
  return {
    doc,
    value: plain.value,
    places,
    mistakes: syntax,
    repeats: repeatedKeys(doc, places),
    whole: true,
  };
};

const parse = (text: string, lines: LineCounter, {version, tags}: YamlDialect): Document | undefined => {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      logLevel: 'error',
      // Its own check takes 15 s for 10,000 hosts.
      uniqueKeys: false,
      ...(version === undefined ? {} : {version, merge: version === '1.1'}),
      ...(tags === undefined ? {} : {customTags: known => [...known, ...tags]}),
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

type Plain = {value: unknown} | {mistake: {what: string; remedy: string}; offset: number};

const toPlain = (doc: Document): Plain => {
  try {
    return {value: doc.toJS({maxAliasCount}) as unknown};
  } catch (error) {
    // The package's word for an alias that is unknown or used too often.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    const what = `its aliases (*name) cannot be followed: ${error.message}`;
    const remedy = 'state what is common in groups and "defaults" instead';
    return {mistake: {what, remedy}, offset: badAliasOffset(doc)};
  }
};

/** The first alias that leads nowhere, or else the first one. */
const badAliasOffset = (doc: Document): number => {
  const aliases: Alias[] = [];
  visit(doc, {
    Alias: (_, alias) => {
      aliases.push(alias);
    },
  });
  const bad = aliases.find(alias => alias.resolve(doc) === undefined) ?? aliases[0];
  return bad?.range?.[0] ?? 0;
};

/** The package catches its own stack overflow and makes it one of its errors. */
const isTooDeep = (error: YAMLError): boolean => error.message.includes('call stack');

const repeatedKeys = (doc: Document, places: Places): Mistake[] => {
  const mistakes: Mistake[] = [];
  visit(doc, {
    Map: (_, map) => {
      const seen = new Set<string>();
      for (const {key} of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const what = `${shown(name)} is there twice in one map`;
        if (seen.has(name))
          mistakes.push({...places.at(key.range?.[0] ?? 0), what, remedy: 'keep one of them'});
        seen.add(name);
      }
    },
  });
  return mistakes;
};

const yamlMistake = (error: YAMLError, text: string, places: Places): Mistake => {
  const place = places.at(error.pos[0]);
  const piece = text.slice(error.pos[0], error.pos[1]);
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return {
        ...place,
        what: 'a tab indents this line',
        remedy: 'YAML wants spaces: replace the tab by two of them',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        ...place,
        what: `the tag ${shown(piece)} is not known`,
        remedy: 'take it away: an inventory has plain values only',
      };
    case 'NON_STRING_KEY':
      return {
        ...place,
        what: 'a list or a map stands where a key should be',
        remedy: 'write "key: value"; text that begins with { or [ goes into quotes',
      };
    case 'MULTIPLE_DOCS':
      return {
        ...place,
        what: 'a second document begins here',
        remedy: 'keep one document a file: take "---" away',
      };
    default:
      return {
        ...place,
        what: `this is not YAML: ${error.message}`,
        remedy: 'look at the indentation, quotes and brackets here and above',
      };
  }
};

export const tooLarge: Mistake = {
  line: 1,
  column: 1,
  what: `the file has more than ${maxInventoryBytes / 1024 / 1024} MB`,
  remedy: 'name the right file, or split the fleet',
};

const tooDeep: Mistake = {
  line: 1,
  column: 1,
  what: 'the file is nested too deep to be read',
  remedy: 'an inventory needs four levels: name the right file',
};
