import {expect, test} from 'vitest';
import {hashName} from '../../src/ssh/host-pattern.ts';
import {exampleKey, judge} from '../ssh/judge.ts';

const [one, two] = [exampleKey(), exampleKey()];
const hashed = hashName('web1', Buffer.alloc(20, 7));
const hashedPort = hashName('[web1]:2222', Buffer.alloc(20, 9));

const cases: [string, string, [string, number, Uint8Array], string][] = [
  ['known by a hashed name', `${hashed} ${one.line}`, ['web1', 22, one.bytes], 'known'],
  ['known by a hashed name whatever the case', `${hashed} ${one.line}`, ['WEB1', 22, one.bytes], 'known'],
  ['known by a hashed name with port', `${hashedPort} ${one.line}`, ['web1', 2222, one.bytes], 'known'],
  ['unknown when the hash is of another name', `${hashed} ${one.line}`, ['web2', 22, one.bytes], 'unknown'],
  ['unknown when the hash is damaged', `|1|AAAA ${one.line}`, ['web1', 22, one.bytes], 'unknown'],
  ['changed by a hashed line', `${hashed} ${one.line}`, ['web1', 22, two.bytes], 'changed at 1'],
];

test.each(cases)(
  'a host whose name is hashed in known_hosts: its key is %s',
  (_title, text, [name, port, key], expected) => {
    expect(judge(text, name, port, key)).toBe(expected);
  },
);
