import {execFile} from 'node:child_process';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {compareDpkg} from '../../src/versions/dpkg.ts';
import {compareRpm} from '../../src/versions/rpm.ts';

/** Compared with each of the real programs. */
const pairs = 20_000;

/** Few letters, so that pairs are often near each other: that is where orders go wrong. */
const part = fc.stringMatching(/^[0-9]{1,2}[019aZ~+.]{0,5}$/);
const version = fc
  .tuple(
    fc.constantFrom('', '', '0:', '1:', '10:'),
    part,
    fc.constantFrom('', '-', '~', '+'),
    part,
    fc.constantFrom('', '-0', '-1~', '-1+b1', '-a-1'),
  )
  .map(
    ([epoch, upstream, glue, more, revision]) =>
      `${epoch}${upstream}${glue}${glue === '' ? '' : more}${revision}`,
  );

const rpmPart = fc.stringMatching(/^[0-9aZ]{1,2}[019abZ~^+._]{0,6}$/);
const rpmVersion = fc
  .tuple(
    fc.constantFrom('', '', '', '0:', '00:', '1:', '10:', ':'),
    rpmPart,
    fc.constantFrom('', '-', '~', '^', '.'),
    rpmPart,
    fc.constantFrom('', '', '-0', '-1~', '-1^', '-1.el9', '-1.el9_4', '-'),
  )
  .map(([epoch, one, glue, more, release]) => `${epoch}${one}${glue}${glue === '' ? '' : more}${release}`);

/** The second is often the first with one character taken away or put in. */
const near = (any: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<[string, string]> =>
  fc.oneof(
    fc.tuple(any, any),
    fc.tuple(any, fc.nat(14), fc.constantFrom(...pieces)).map(([a, at, piece]): [string, string] => {
      const start = a.indexOf(':') + 1;
      return [a, `${a.slice(0, start + at)}${piece}${a.slice(start + at + (piece === '' ? 1 : 0))}`];
    }),
  );

it(`orders ${pairs} nasty pairs as the real dpkg does`, {timeout: 300_000}, async () => {
  const sample = sampleOf(
    near(version, ['', '~', '0', '00', 'a', '.', '+']),
    text => /^(\d+:)?[0-9][A-Za-z0-9.+~-]*$/.test(text) && !text.endsWith('-'),
  );
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo older
    elif dpkg --compare-versions "$a" gt "$b"; then echo newer
    else echo same; fi
  done`;
  expectOrder(compareDpkg, sample, await ask('sh', ['-c', script], sample));
});

it(`orders ${pairs} nasty pairs as the real rpm does`, {timeout: 300_000}, async () => {
  const sample = sampleOf(
    near(rpmVersion, ['', '~', '^', '0', '00', 'a', '.', '_', '-']),
    text => !/^\d*:?$/.test(text),
  );
  // rpm.vercmp is rpmverCmp of what rpmverParse makes of both: epoch, version, release.
  const lua = `%{lua: for line in io.stdin:lines() do
    local a, b = line:match("^(%S+) (%S+)$")
    local order = rpm.vercmp(a, b)
    print(order < 0 and "older\\n" or order > 0 and "newer\\n" or "same\\n")
  end}`;
  expectOrder(compareRpm, sample, await ask('rpm', ['--eval', lua], sample));
});

type Pair = readonly [string, string];

const sampleOf = (pair: fc.Arbitrary<[string, string]>, isVersion: (text: string) => boolean): Pair[] => {
  const both = pair.filter(([a, b]) => isVersion(a) && isVersion(b));
  return fc.sample(both, pairs);
};

const expectOrder = (
  compare: (a: string, b: string) => number,
  sample: readonly Pair[],
  answers: readonly string[],
): void => {
  expect(answers).toHaveLength(sample.length);
  const wrong = sample.flatMap(([a, b], i) => {
    const mine = ['older', 'same', 'newer'][Math.sign(compare(a, b)) + 1];
    return mine === answers[i] ? [] : [`${a} against ${b}: ${mine ?? ''}, and it is ${answers[i] ?? ''}`];
  });
  expect(wrong.slice(0, 10)).toEqual([]);
  // A sample that is all one answer proves little.
  for (const answer of ['older', 'same', 'newer']) {
    expect(answers.filter(one => one === answer).length).toBeGreaterThan(pairs / 100);
  }
};

/** One process for all pairs. */
const ask = (program: string, args: readonly string[], sample: readonly Pair[]): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const child = execFile(program, args, {maxBuffer: 1 << 24}, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${program} could not be asked: ${error.message}`));
      else if (stderr.trim() !== '') reject(new Error(stderr.slice(0, 500)));
      else resolve(stdout.trim().split(/\n+/));
    });
    child.stdin?.end(sample.map(([a, b]) => `${a} ${b}\n`).join(''));
  });
