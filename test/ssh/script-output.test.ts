import fc from 'fast-check';
import {expect, it} from 'vitest';
import {createScriptOutput} from '../../src/ssh/script-output.ts';

const nonce = 'abcd';
const whole = (noise: string, body: Uint8Array, code: number): Buffer =>
  Buffer.concat([
    Buffer.from(`${noise}READY-${nonce}\nmore noise\nBEGIN-${nonce}\n`),
    body,
    Buffer.from(`\nEND-${nonce} ${code}\n`),
  ]);
const feed = (bytes: Buffer, cuts: number[]): ReturnType<typeof createScriptOutput> => {
  const output = createScriptOutput(nonce);
  const ends = [...new Set([...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let at = 0;
  for (const end of ends) {
    output.push(bytes.subarray(at, end));
    at = end;
  }
  return output;
};
const pieces = fc.constantFrom(
  'x',
  '\n',
  '\nEND-',
  '\nEND-abcd',
  '\nEND-abcd ',
  '\nEND-abcd 1x\n',
  'READY-abcd\n',
  'BEGIN-abcd\n',
  '\u0000',
  'é',
);

it('the script gets back exactly its own bytes, however they are cut on their way', () => {
  fc.assert(
    fc.property(
      fc.array(pieces),
      fc.integer({min: 0, max: 255}),
      fc.array(fc.nat(500)),
      (parts, code, cuts) => {
        const body = Buffer.from(parts.join(''));
        const output = feed(whole('Welcome', body, code), cuts);
        expect([output.stage, output.code, Buffer.from(output.bytes()).equals(body), output.size]).toEqual([
          'ended',
          code,
          true,
          body.length,
        ]);
      },
    ),
    {numRuns: 500},
  );
});

it('what came before the end is there when the end never comes', () => {
  const bytes = whole('', Buffer.from('partial'), 0);
  const output = feed(bytes.subarray(0, bytes.length - 4), []);
  expect([output.stage, output.code, Buffer.from(output.bytes()).toString()]).toEqual([
    'body',
    undefined,
    'partial\nEND-abc',
  ]);
});

it('of endless noise only the end is kept', () => {
  const output = createScriptOutput(nonce);
  for (let index = 0; index < 100; index += 1) output.push(Buffer.from('garbage '.repeat(1000)));
  output.push(Buffer.from('the end'));
  expect([output.stage, output.noise().length < 10_000, output.noise().endsWith('the end')]).toEqual([
    'noise',
    true,
    true,
  ]);
});
