import {isMap} from 'yaml';
import type {Inventory} from '../model/host.ts';
import {crossMistakes} from './cross-checks.ts';
import {mistakesOf} from './issue-words.ts';
import {mergeInventory} from './merge.ts';
import {invalidInventory, type Mistake} from './mistake.ts';
import {withEmptyMaps} from './plain-map.ts';
import {inventoryFileSchema, type InventoryFile} from './schema.ts';
import {readYaml} from './yaml-file.ts';

/**
 * Reads the YAML of an inventory. `file` is its name in messages. Throws `inventory.invalid` with every mistake
 * that can be seen, each with its place and remedy.
 */
export const parseInventory = (text: string, file: string): Inventory => {
  const {parsed, mistakes} = readInventory(text);
  if (parsed === undefined || mistakes.length > 0) throw invalidInventory(file, mistakes);
  return mergeInventory(parsed);
};

/** The inventory as it is written, with every mistake that can be seen. Where nothing could be read, `parsed` is undefined. */
export const readInventory = (text: string): {parsed?: InventoryFile; mistakes: Mistake[]} => {
  const {doc, value: raw, places, mistakes: form, repeats, whole} = readYaml(text);
  const syntax = [...form, ...repeats];
  // What stands below a mistake of this kind cannot be judged.
  if (!whole) return {mistakes: syntax};
  if (doc === undefined || !isMap(doc.contents)) return {mistakes: [...syntax, notAMap(raw, text)]};
  const value = withEmptyMaps(raw);
  const parsed = inventoryFileSchema.safeParse(value);
  const schema = parsed.success ? [] : mistakesOf(parsed.error.issues, value, places);
  const mistakes = [...syntax, ...schema, ...crossMistakes(value, places)];
  return parsed.success ? {parsed: parsed.data, mistakes} : {mistakes};
};

const notAMap = (value: unknown, text: string): Mistake => ({
  line: 1,
  column: 1,
  what:
    text.trim() === '' || value === null || value === undefined
      ? 'the file is empty'
      : 'the file is not a map of keys and values',
  remedy: 'it begins as "fleet: home" and "hosts: {web1: {address: 10.0.0.11}}"',
});
