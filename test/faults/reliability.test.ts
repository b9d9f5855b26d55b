import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {elsewhere, promised, since} from './fault-files.ts';
import {fileOf, page, pagePath, rows, suiteFiles} from './reliability.ts';
import {root} from './titles.ts';

test('every test file of the suite is that of one fault in the list, and every fault of the list has its file', async () => {
  const listed = [...Object.values(promised), ...Object.values(since)].flat().map(fileOf);
  expect((await suiteFiles()).sort()).toEqual(listed.sort());
  expect(elsewhere.filter(({file}) => !existsSync(join(root, file)))).toEqual([]);
});

test('docs/reliability.md says what the suite is: made anew by `node test/faults/reliability.ts`', async () => {
  const made = await rows();
  expect(await readFile(pagePath, 'utf8')).toBe(page(made));
  // A title that a table fills in is filled in, and says what is expected.
  const suite = [...made.promised, ...made.since];
  const expectations = [...suite, ...made.elsewhere].map(({expectation}) => expectation);
  expect(expectations.filter(text => /%[sdifjo$]|\$\w+|\$\{|undefined|\[object/.test(text))).toEqual([]);
  expect(suite.filter(({expectation}) => expectation.length < 40)).toEqual([]);
}, 180_000);
