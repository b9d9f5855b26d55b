import {mkdir, readdir, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {apt} from '../../src/managers/apt/apt.ts';
import {makeStubs, type Stubs} from './stub-programs.ts';

let stubs: Stubs;
beforeAll(async () => {
  stubs = await makeStubs();
});
afterAll(() => stubs.remove());

it('staging takes away what is of runs long over: neither its own directory, nor one of a run that may be open', async () => {
  const now = Date.now() / 1000;
  for (const [name, days] of Object.entries({own: 100, over: 100, open: 60})) {
    const directory = join(stubs.folder, name);
    await mkdir(directory);
    await writeFile(join(directory, 'manifest'), '');
    await utimes(directory, now - days * 86_400, now - days * 86_400);
  }
  const {code} = await stubs.run(apt.stage({directory: join(stubs.folder, 'own'), changes: []}).text);
  expect(code).toBe(0);
  expect((await readdir(stubs.folder)).sort()).toEqual(['open', 'own']);
});
