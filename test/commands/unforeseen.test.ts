import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {makePlace, resultOf} from './program.ts';

test('what nobody foresaw ends with 1, is called a fault of patchdeck, and shows no stack', async () => {
  const place = await makePlace();
  try {
    const fault = join(place.folder, 'fault.mjs');
    await writeFile(
      fault,
      `import fs from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
fs.readdir = () => Promise.reject(new TypeError('nobody foresaw this'));
syncBuiltinESMExports();
`,
    );
    await mkdir(join(place.stateDir, 'runs'), {recursive: true, mode: 0o700});
    const ended = await place.start(['runs', '--json'], {env: {NODE_OPTIONS: `--import=${fault}`}}).ended;
    expect(ended.exit).toBe(1);
    expect(resultOf(ended)).toMatchObject({
      exit: 1,
      problems: [{code: 'bug', what: 'a fault of patchdeck: TypeError: nobody foresaw this'}],
    });
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  } finally {
    await place.remove();
  }
});
