import {expect, test} from 'vitest';
import {exampleKey, judge} from '../ssh/judge.ts';

const [one, two] = [exampleKey(), exampleKey()];

const cases: [string, string, [string, number, Uint8Array], string][] = [
  ['known on another port by a line without one', `web1 ${one.line}`, ['web1', 2222, one.bytes], 'known'],
  ['unknown on another port by another key', `web1 ${two.line}`, ['web1', 2222, one.bytes], 'unknown'],
  [
    'changed on another port that has its own line, whatever one without says',
    `web1 ${one.line}\n[web1]:2222 ${two.line}`,
    ['web1', 2222, one.bytes],
    'changed at 2',
  ],
  [
    'unknown on another port where the line without one is revoked',
    `web1 ${one.line}\n@revoked web1 ${one.line}`,
    ['web1', 2222, one.bytes],
    'unknown',
  ],
  ['known in brackets on its port', `[web1]:2222 ${one.line}`, ['web1', 2222, one.bytes], 'known'],
  ['not known in brackets on port 22', `[web1]:2222 ${one.line}`, ['web1', 22, one.bytes], 'unknown'],
];

test.each(cases)(
  'an entry of known_hosts with a port: a key is %s',
  (_title, text, [name, port, key], expected) => {
    expect(judge(text, name, port, key)).toBe(expected);
  },
);
