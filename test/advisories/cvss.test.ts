import {expect, it} from 'vitest';
import {bestCvss, scoreCvss} from '../../src/advisories/cvss.ts';

const v31 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
const v4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';

it.each([
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P', '2.0', 7.5, 'high', true],
  ['CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', '3.0', 7.8, 'high', false],
  [v31, '3.1', 9.8, 'critical', true],
  [v4, '4.0', 9.3, 'critical', true],
  ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N', '3.1', 0, 'none', false],
])('scores %s by CVSS %s', (vector, version, score, severity, spreads) => {
  expect(scoreCvss(vector)).toMatchObject({version, score, severity, spreads});
});

it.each([
  '',
  'bogus',
  'CVSS:3.1/AV:N/AC:L',
  'CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  'CVSS:9.9/AV:N',
  `${v31}${'/X:Y'.repeat(200)}`,
  '\u001b[2J',
  '__proto__',
])('does not score %j: unknown, not 0', vector => {
  expect(scoreCvss(vector)).toBeUndefined();
});

it('takes the newest standard of several, then the highest', () => {
  expect(bestCvss([v31, v4, 'AV:N/AC:L/Au:N/C:C/I:C/A:C'])?.version).toBe('4.0');
  expect(bestCvss(['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', v31])?.score).toBe(9.8);
  expect(bestCvss(['none'])).toBeUndefined();
});
