import fc from 'fast-check';
import {expect, it} from 'vitest';
import {compareDpkg} from '../../src/versions/dpkg.ts';

/** Each older than the next: deb-version(7), Debian policy 5.6.12, and pairs of Debian 12 that other orders get wrong. */
const ladders = [
  ['1.0~beta1~svn1245', '1.0~beta1', '1.0'],
  ['~~', '~~a', '~', '', 'a'],
  ['1.0~', '1.0', '1.0a', '1.0b', '1.0+', '1.0.1'],
  ['2.9', '2.10', '2.10a', '2.10.1'],
  ['9.9', '1:0.1', '1:0.2', '2:0'],
  ['3.0.14-1~deb12u2', '3.0.15-1~deb12u1', '3.0.16-1~deb12u1', '3.0.17-1~deb12u2', '3.0.17-1'],
  ['1.2.13.dfsg-1', '1:1.2.13.dfsg-1', '1:1.2.13.dfsg-1+b1', '1:1.2.13.dfsg-1.1'],
  ['7.88.1-10+deb12u5', '7.88.1-10+deb12u12', '7.88.1-11'],
  ['6.1.99-1', '6.1.147-1', '6.1.148-1'],
  ['2.36-9+deb12u10', '2.37-1'],
  ['1-1', '1-1a', '1-1+', '1-2'],
  ['20230101', '20230101.1', '20240101'],
  ['99999999999999999999998', '99999999999999999999999', '100000000000000000000000'],
];

it('orders versions as deb-version(7) says', () => {
  for (const ladder of ladders) {
    for (const [i, a] of ladder.entries()) {
      for (const [j, b] of ladder.entries()) {
        expect(Math.sign(compareDpkg(a, b)), `${a} against ${b}`).toBe(Math.sign(i - j));
      }
    }
  }
});

it.each([
  ['1.0', '1.00'],
  ['0:1.0', '1.0'],
  ['1.0', '1.0-0'],
  ['1.0-0', '1.0-00'],
  ['01.2', '1.02'],
  ['1.0.', '1.0.0'],
])('%s is as old as %s', (a, b) => {
  expect(compareDpkg(a, b)).toBe(0);
});

it('takes the last hyphen for the revision and the first colon for the epoch', () => {
  expect(compareDpkg('1-2-3', '1-2-4')).toBeLessThan(0);
  expect(compareDpkg('1-2-3', '1-3')).toBeGreaterThan(0);
  expect(compareDpkg('1:2:3', '1:2:4')).toBeLessThan(0);
});

it('is an order: what is older than the older is older', () => {
  const version = fc.stringMatching(/^[0-9az~+.-]{0,8}$/);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareDpkg(a, b))).toBe(0 - Math.sign(compareDpkg(b, a)) || 0);
      if (compareDpkg(a, b) <= 0 && compareDpkg(b, c) <= 0) expect(compareDpkg(a, c)).toBeLessThanOrEqual(0);
    }),
  );
});
