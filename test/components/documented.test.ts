import {afterEach, expect, test} from 'vitest';
import {scan} from '../policy/example-fleet.ts';
import {FakeEngine} from './fake-engine.ts';
import {begin, ended, host, scanned} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let shown: Shown | undefined;
afterEach(() => shown?.unmount());

const sentence = 'apk is known from its documentation only: apk-tools 2.14.10';
const pageOf = async (tried: boolean): Promise<string> => {
  const engine = new FakeEngine(() => Date.now());
  const file = engine.keep(scan('edge1', []));
  begin(engine, [host('edge1', tried ? {tried: ['apk']} : {})]);
  engine.happenAll([scanned('edge1', {documented: [{manager: 'apk', sentence}]}, file), ended('identify')]);
  shown = await show({engine, columns: 140, stage: 'identify'});
  await shown.send(keys.enter);
  return shown.until(sentence);
};

test('the page of a host says which of its managers is known from its documentation only', async () => {
  expect(await pageOf(false)).not.toContain('the inventory says that it was tried');
});

test('and, where somebody has tried it, that the inventory says so', async () => {
  expect(await pageOf(true)).toContain('the inventory says that it was tried');
});
