import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {elsewhere, aboutNoFault} from './fault-files.ts';
import {listsOf, page, pagePath, rows, testFiles} from './reliability.ts';

test('every test file is a fault of the suite, one that is listed, or listed as one about no fault; and what is listed is there', async () => {
  const files = await testFiles();
  expect(files.filter(file => listsOf(file).length !== 1)).toEqual([]);
  expect(elsewhere.filter(({file}) => !files.includes(file))).toEqual([]);
  expect(aboutNoFault.filter(item => !files.some(file => file.startsWith(item)))).toEqual([]);
});

test('docs/reliability.md says what the suite is: made anew by `node test/faults/reliability.ts`', async () => {
  const {suite, others} = await rows();
  expect(await readFile(pagePath, 'utf8')).toBe(page({suite, others}));
  // A title that a table fills in is filled in, and says what is expected.
  const expectations = [...suite, ...others].map(({expectation}) => expectation);
  expect(expectations.filter(text => /%[sdifjo$]|\$\w+|\$\{|undefined|\[object/.test(text))).toEqual([]);
  expect(suite.filter(({expectation}) => expectation.length < 40)).toEqual([]);
}, 180_000);
