import fc from 'fast-check';
import {expect, it} from 'vitest';
import {compareApk, isApkVersion} from '../../src/versions/apk.ts';

/** Each older than the next: the forms of apk-package(5), pairs of apk-tools' own tests (3.0.6), and packages of Alpine 3.20. */
const ladders = [
  ['1.0_alpha', '1.0_alpha1', '1.0_beta', '1.0_pre', '1.0_rc1', '1.0_rc2', '1.0_rc10', '1.0'],
  ['1.0', '1.0_cvs', '1.0_svn', '1.0_git20240101', '1.0_hg', '1.0_p1', '1.0_p2', '1.0_p10', '1.0a', '1.0.1'],
  ['1.0', '1.0-r0', '1.0-r1', '1.0-r10', '1.0~1234', '1.0~1234-r0', '1.0~1234-r1', '1.0~2345-r0', '1.0_p1'],
  ['0.1.0_alpha_pre2', '0.1.0_alpha', '0.1.0_alpha2', '0.1.0', '0.1.3_alpha', '0.1.3'],
  ['8.2.0', '8.2.001', '8.2.0015', '8.2.002', '8.2.1', '8.2.10'],
  ['1.00', '1.01', '1.06-r6', '1.1', '006'],
  ['0.98', '1.00_beta2', '1.00', '4.1.4-r1'],
  ['5b-r9', '22.2', '103', '104-r9', '104-r11', '20050718-r1'],
  ['2.5.1-r8', '2.5.1a-r1', '2.5.1b', '2.5.1.1', '2.5.2'],
  ['9.9', '9.10', '10', '99999999999999999999998', '99999999999999999999999', '100000000000000000000000'],
  ['1.36.1-r28', '1.36.1-r29', '1.36.1-r30', '1.37.0-r0'],
  ['3.3.0-r2', '3.3.1-r0', '3.3.1-r3', '3.3.2-r0'],
  ['9.6_p1-r0', '9.7_p1-r3', '9.7_p1-r4', '9.9_p1-r2'],
];

it('orders versions as apk does', () => {
  for (const ladder of ladders) {
    for (const [i, a] of ladder.entries()) {
      for (const [j, b] of ladder.entries()) {
        expect(Math.sign(compareApk(a, b)), `${a} against ${b}`).toBe(Math.sign(i - j));
      }
    }
  }
});

it.each([
  ['1.0_foo', '1.0', -1],
  ['1.0', '1.0bc', -1],
  ['23_foo', '4_beta', 1],
  ['1.0_foo', '1.0_bar', 0],
  ['1.0-r01', '1.0-r1', 0],
  ['01.2', '1.2', 0],
  ['', '1', -1],
])('%s against %s, no version by its rules or written otherwise: %s', (a, b, sign) => {
  expect(Math.sign(compareApk(a, b))).toBe(sign);
});

it.each(['1.2', '0.1_pre2', '0.1_pre2~1234abcd', '0.1_p1_pre2', '0.1_alpha1_pre2', '0.1_git20240101_pre1'])(
  '%s is a version',
  version => {
    expect(isApkVersion(version)).toBe(true);
  },
);

it.each(
  `0.1bc 0.1a1 0.1a.1 0.1_pre2~ 0.1_pre2~1234xbcd 0.1_pre2~1234abcd_pre1 0.1_foobar1 0.1-pre1.1 0.1-r 0.1-r2_pre1 0.1-r2-r3 .1 a _pre1 -r1
   0.1_ 0.1__alpha 0.1_1_alpha 0.1_alphab 0.1. 0.1~12AB 1:2`.split(/\s+/),
)('%s is no version', version => {
  expect(isApkVersion(version)).toBe(false);
});

const version = fc
  .tuple(
    fc.array(fc.stringMatching(/^[0-9]{1,3}$/), {minLength: 1, maxLength: 4}),
    fc.option(fc.constantFrom('a', 'b', 'z')),
    fc.array(fc.stringMatching(/^_(alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]{0,2}$/), {maxLength: 2}),
    fc.option(fc.stringMatching(/^[0-9a-f]{1,3}$/)),
    fc.option(fc.nat(20)),
  )
  .map(
    ([numbers, letter, suffixes, hash, build]) =>
      `${numbers.join('.')}${letter ?? ''}${suffixes.join('')}${hash === null ? '' : `~${hash}`}${build === null ? '' : `-r${build}`}`,
  );
/** Now and then of what is no version either: hosts say what they like. */
const any = fc.oneof({weight: 4, arbitrary: version}, fc.stringMatching(/^[0-9a-z._~-]{0,8}$/));

it('is an order: the other way round gives the opposite, and two steps are one', () => {
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      expect(compareApk(a, a)).toBe(0);
      expect(Math.sign(compareApk(a, b)) + Math.sign(compareApk(b, a))).toBe(0);
      const [low = '', middle = '', high = ''] = [a, b, c].sort(compareApk);
      expect(compareApk(low, middle)).toBeLessThanOrEqual(0);
      expect(compareApk(middle, high)).toBeLessThanOrEqual(0);
      expect(compareApk(low, high)).toBeLessThanOrEqual(0);
    }),
    {numRuns: 2000},
  );
});

it('takes all that the form allows for a version', () => {
  fc.assert(
    fc.property(version, one => {
      expect(isApkVersion(one)).toBe(true);
    }),
  );
});
