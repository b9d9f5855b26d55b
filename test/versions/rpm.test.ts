import fc from 'fast-check';
import {expect, it} from 'vitest';
import {compareRpm} from '../../src/versions/rpm.ts';

/** Each older than the next: tests/rpmvercmp.at of rpm, and pairs of distributions that other orders get wrong. */
const ladders = [
  ['1.0~rc1~git123', '1.0~rc1', '1.0~rc2', '1.0', '1.0^', '1.0^git1', '1.0^git2', '1.0.1', '1.01'],
  ['1.0~rc1', '1.0~rc1^git1', '1.0'],
  ['1.0^git1~pre', '1.0^git1', '1.0^git1.1'],
  ['5.5p1', '5.5p2', '5.5p10'],
  ['10xyz', '10.1xyz'],
  ['xyz', 'xyz.4', '8', '8.4'],
  ['6.0', '6.0.rc1'],
  ['10a2', '10b2', '10.0001', '10.0039'],
  ['1.0', '1.0-0', '1.0-1', '1.0-1.el9', '1.0-1.1', '1.0-2.el8'],
  ['9.9-1', '1:0.1-1', '1:0.1-2', '2:0-1'],
  ['3.0.7-27.el9', '3.0.7-27.el9_5', '3.0.7-28.el9_4', '1:3.0.7-1.el9'],
  ['1.1.1l-150500.17.25.1', '1.1.1l-150500.17.28.2', '1.1.1w-150500.1'],
  ['4.9', '4.18', '4.20'],
  ['99999999999999999999998', '99999999999999999999999', '100000000000000000000000'],
];

it('orders versions as rpm does', () => {
  for (const ladder of ladders) {
    for (const [i, a] of ladder.entries()) {
      for (const [j, b] of ladder.entries()) {
        expect(Math.sign(compareRpm(a, b)), `${a} against ${b}`).toBe(Math.sign(i - j));
      }
    }
  }
});

it.each([
  ['1.0', '1_0'],
  ['1.0', '1.00'],
  ['2_0', '2.0'],
  ['a', 'a+'],
  ['+a', '_a'],
  ['0:1.0-1', '1.0-1'],
  [':1.0', '1.0'],
  ['1.0.', '1.0'],
])('%s is as old as %s', (a, b) => {
  expect(compareRpm(a, b)).toBe(0);
});

it('differs from the order of Debian where rpm does', () => {
  // dpkg: letters after the end, "+" after letters; rpm: separators say nothing.
  expect(compareRpm('1.0+git1', '1.0.git1')).toBe(0);
  expect(compareRpm('1.0^1', '1.0.1')).toBeLessThan(0);
});

it('is an order: the other way round gives the opposite', () => {
  const version = fc.stringMatching(/^[0-9az~^+.:-]{0,8}$/);
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(Math.sign(compareRpm(a, b)) + Math.sign(compareRpm(b, a))).toBe(0);
      expect(compareRpm(a, a)).toBe(0);
    }),
  );
});
