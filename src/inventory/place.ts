import {isAlias, isMap, isNode, isScalar, isSeq, type Document, type LineCounter, type Node} from 'yaml';

/** Where the parts of a parsed file stand. */
export type Places = {
  /** Place of the value at a path: a plain value's own, a map's or list's key. A missing one has the place of what holds it. */
  value(path: readonly PropertyKey[]): Place;
  /** Place of the key that ends the path. */
  key(path: readonly PropertyKey[]): Place;
  at(offset: number): Place;
};
/** Counted from 1. */
export type Place = {line: number; column: number};

/** The places of what stands in no file. */
export const nowhere: Places = {
  value: () => ({line: 1, column: 1}),
  key: () => ({line: 1, column: 1}),
  at: () => ({line: 1, column: 1}),
};

export const placesOf = (doc: Document, lines: LineCounter): Places => {
  const at = (offset: number): Place => {
    const {line, col} = lines.linePos(offset);
    // An empty file has no lines.
    return {line: Math.max(1, line), column: Math.max(1, col)};
  };
  const find = (path: readonly PropertyKey[], want: 'key' | 'value'): Place => {
    let offset = 0;
    let node = followed(doc, doc.contents);
    for (const [depth, step] of path.entries()) {
      const found = child(node, step);
      if (found === undefined) break;
      node = followed(doc, found.value);
      const isLast = depth === path.length - 1;
      const own = isLast && want === 'value' && isScalar(node) ? offsetOf(found.value) : undefined;
      offset = own ?? offsetOf(found.key) ?? offsetOf(found.value) ?? offset;
    }
    return at(offset);
  };
  return {value: path => find(path, 'value'), key: path => find(path, 'key'), at};
};

const child = (node: Node | undefined, step: PropertyKey): {key: unknown; value: unknown} | undefined => {
  if (isMap(node)) {
    return node.items.find(({key}) => isScalar(key) && String(key.value) === String(step));
  }
  if (!isSeq(node)) return undefined;
  const value = node.items[Number(step)];
  return value === undefined ? undefined : {key: value, value};
};

const followed = (doc: Document, node: unknown): Node | undefined => {
  const target = isAlias(node) ? node.resolve(doc) : node;
  return isNode(target) ? target : undefined;
};

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
