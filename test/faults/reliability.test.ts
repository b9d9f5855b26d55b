import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {page, pagePath, rows} from './reliability.ts';

test('docs/reliability.md says what the suite is: made anew by `node test/faults/reliability.ts`', async () => {
  expect(await readFile(pagePath, 'utf8')).toBe(await page());
});

test('every file of the fault suite has a fault and an expectation', async () => {
  const {suite, others} = await rows();
  expect(suite.length).toBeGreaterThan(20);
  expect(others.length).toBeGreaterThan(100);
  for (const {expectation} of [...suite, ...others]) expect(expectation.length).toBeGreaterThan(5);
});
