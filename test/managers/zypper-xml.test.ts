import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {elementsOf, parseXml, type XmlElement} from '../../src/managers/zypper/xml.ts';
import {hasCode} from '../../src/model/error.ts';

const parse = (text: string): XmlElement => parseXml('zypper.try', text);
const isRefused = (text: string): boolean => {
  try {
    parse(text);
  } catch (error) {
    return hasCode(error, 'host.bad-answer');
  }
  return false;
};
const escape = (text: string): string =>
  text.replace(/[<>&"']/g, character => `&#${character.charCodeAt(0)};`);

describe('XML as zypper prints it', () => {
  it('is elements, their attributes and their text', () => {
    const root = parse(
      `<?xml version='1.0'?>\n<stream><message type="info">a &lt;b&gt; &#x41;</message><empty/></stream>`,
    );
    expect(elementsOf(root, 'message')).toMatchObject([{attributes: {type: 'info'}, text: 'a <b> A'}]);
    expect(elementsOf(root, 'empty')).toHaveLength(1);
  });

  it('gives back whatever text and attributes were put in', () => {
    const word = fc.string({unit: fc.constantFrom('a', '<', '>', '&', '"', "'", ' ', '\n', 'ü', ';', '#')});
    fc.assert(
      fc.property(word, word, (attribute, text) => {
        const {attributes, text: read} = parse(`<a b="${escape(attribute)}">${escape(text)}</a>`);
        expect([attributes['b'], read]).toEqual([attribute, text]);
      }),
    );
  });

  it.each([
    ['entities of its own', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity that nobody defined', '<a>&b;</a>'],
    ['no character at all', '<a>&#x110000;</a>'],
    ['cut short', '<a><b></b>'],
    ['closed by another', '<a><b></a></b>'],
    ['two documents', '<a/><b/>'],
    ['none', ''],
    ['nested without end', '<a>'.repeat(5000) + '</a>'.repeat(5000)],
    ['a tag that is none', '<a b=c></a>'],
  ])('is refused: %s', (_, text) => {
    expect(isRefused(text)).toBe(true);
  });

  it('is read in time whatever it is', () => {
    const begun = performance.now();
    for (const text of [
      `<a${' b="c"'.repeat(50_000)}`,
      `<a ${' '.repeat(100_000)}`,
      '<'.repeat(100_000),
      '&'.repeat(100_000),
    ])
      expect(isRefused(text)).toBe(true);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
