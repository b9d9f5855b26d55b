import {badAnswer} from '../../model/answer.ts';
import {cleanLine} from '../../model/clean.ts';

/** An element of what a program printed as XML. `text` is what stands in it directly, as it is in the document. */
export type XmlElement = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  text: string;
};

/** zypper nests six deep. */
const deepest = 20;

const token =
  /<\?[^<>]*\?>|<!--.*?-->|<\/([A-Za-z][\w.-]*)>|<([A-Za-z][\w.-]*)((?: [A-Za-z][\w.-]*=(?:"[^"<]*"|'[^'<]*'))*) ?(\/?)>|([^<]+)/gsy;
const attribute = / ([A-Za-z][\w.-]*)=(?:"([^"<]*)"|'([^'<]*)')/gy;

/**
 * The root element of a document as `zypper --xmlout` prints it. Not XML at large: a document type, and with it every entity but the five
 * that need none, is refused, as is whatever else is not plainly an element. Throws `host.bad-answer`.
 */
export const parseXml = (verb: string, text: string): XmlElement => {
  const top: XmlElement = {name: '', attributes: {}, children: [], text: ''};
  const open = [top];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    const parent = open.at(-1);
    if (match === null || parent === undefined)
      throw badAnswer(verb, `"${cleanLine(text.slice(at, at + 60))}" is no XML`);
    const [, closed, opened, attributes = '', empty, words] = match;
    if (words !== undefined) parent.text += unescape(verb, words);
    else if (closed !== undefined) {
      if (open.length === 1 || parent.name !== closed)
        throw badAnswer(verb, `</${closed}> closes nothing that is open`);
      open.pop();
    } else if (opened !== undefined) {
      const element = {name: opened, attributes: attributesOf(verb, attributes), children: [], text: ''};
      parent.children.push(element);
      if (empty === '') open.push(element);
      if (open.length > deepest) throw badAnswer(verb, `its XML is nested more than ${deepest} deep`);
    }
  }
  const [root, ...more] = top.children;
  if (root === undefined || more.length > 0 || open.length > 1)
    throw badAnswer(verb, 'its XML was cut short, or is several documents');
  return root;
};

/** All elements of that name, at any depth, in the order of the document. */
export const elementsOf = (root: XmlElement, name: string): XmlElement[] =>
  root.children.flatMap(child => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);

const attributesOf = (verb: string, text: string): Record<string, string> => {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', double, single] of text.matchAll(attribute))
    found[name] = unescape(verb, double ?? single ?? '');
  return found;
};

const entities: Readonly<Record<string, string>> = {lt: '<', gt: '>', amp: '&', apos: "'", quot: '"'};

const unescape = (verb: string, text: string): string =>
  text.replaceAll(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    const point = code === null ? Number.NaN : Number.parseInt(code[1] ?? code[2] ?? '', code[1] ? 16 : 10);
    const character = entities[name] ?? (point <= 0x10ffff ? String.fromCodePoint(point) : undefined);
    if (character !== undefined && whole.endsWith(';')) return character;
    throw badAnswer(verb, `${cleanLine(whole, 20)} is no character`);
  });
