import {isMap} from 'yaml';
import {closest} from './closest.ts';
import {mistakesOf} from './issue-words.ts';
import {shown, type Mistake} from './mistake.ts';
import {withEmptyMaps} from './plain-map.ts';
import {emptyOverlay, overlaySchema, type InventoryFile, type Overlay} from './schema.ts';
import {matcher} from './select.ts';
import {readYaml} from './yaml-file.ts';

/** The file beside an inventory that states what it lacks. */
export const overlayName = 'patchdeck.overlay.yaml';

/** Reads an overlay with every mistake that can be seen. An empty file says nothing. */
export const readOverlay = (text: string, file: string): {overlay: Overlay; mistakes: Mistake[]} => {
  const {doc, value: raw, places, mistakes: form, repeats, whole} = readYaml(text);
  const syntax = [...form, ...repeats];
  const at = (mistakes: readonly Mistake[]): Mistake[] => mistakes.map(mistake => ({...mistake, file}));
  if (!whole) return {overlay: emptyOverlay, mistakes: at(syntax)};
  if (raw === null) return {overlay: emptyOverlay, mistakes: []};
  if (doc === undefined || !isMap(doc.contents)) {
    const what = 'the overlay is not a map of keys and values';
    const remedy = 'it begins as "hosts: {web1: {criticality: high}}"';
    return {overlay: emptyOverlay, mistakes: at([...syntax, {line: 1, column: 1, what, remedy}])};
  }
  const value = withEmptyMaps(raw);
  const parsed = overlaySchema.safeParse(value);
  if (parsed.success) return {overlay: parsed.data, mistakes: at(syntax)};
  const schema = mistakesOf(parsed.error.issues, value, places);
  return {overlay: emptyOverlay, mistakes: at([...syntax, ...schema])};
};

/** Names and globs of an overlay that mean nothing in the inventory: hosts come and go, but it may be a typing mistake. */
export const unmatched = (overlay: Overlay, file: Pick<InventoryFile, 'groups' | 'hosts'>): string[] =>
  (['groups', 'hosts'] as const).flatMap(section => {
    const names = Object.keys(file[section]);
    const known = new Set(names);
    return Object.keys(overlay[section]).flatMap(key => {
      if (known.has(key)) return [];
      const matches = matcher(key);
      if (names.some(name => matches(name))) return [];
      const meant = closest(key, names);
      const guess = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
      return [
        `the overlay names the ${section.slice(0, -1)} ${shown(key)}, which the inventory does not have${guess}`,
      ];
    });
  });

/** Finds the settings of an overlay for names: those of globs first, in the order of the file, then those of the name itself. */
export const settingsFor = <Entry>(entries: Readonly<Record<string, Entry>>): ((name: string) => Entry[]) => {
  const exact = new Map(Object.entries(entries));
  const globs = [...exact].flatMap(([key, entry]) =>
    /[*?[\]{}]/.test(key) ? [{matches: matcher(key), key, entry}] : [],
  );
  return name => {
    const own = exact.get(name);
    return [
      ...globs.filter(({matches, key}) => key !== name && matches(name)).map(({entry}) => entry),
      ...(own === undefined ? [] : [own]),
    ];
  };
};
