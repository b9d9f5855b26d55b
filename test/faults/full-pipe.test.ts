import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openRunOf, readRun} from '../../src/store/run-store.ts';
import {consoleOnARun, minute} from '../e2e/console-on-a-run.ts';

const here = consoleOnARun();

test(
  'a command whose output nobody reads (a full pipe): its engine works on to the end all the same, and once somebody reads, all is said and it ends',
  async () => {
    for (const {host} of here.fleet.hosts.values()) Object.assign(host, {speed: 400});
    const words = here
      .args('test', '--yes', '--json')
      .map(word => `'${word}'`)
      .join(' ');
    const read = join(here.folder, 'read');
    const said = join(here.folder, 'said');
    // The pipe is full before the command begins; the reader waits for a file.
    const piped = spawn(
      'bash',
      [
        '-c',
        `set -o pipefail; { head -c 65536 /dev/zero; exec node ${words} 2>/dev/null; } | { until [ -e ${read} ]; do sleep 0.1; done; cat > ${said}; }`,
      ],
      {stdio: 'ignore'},
    );
    const ended = new Promise(resolve => piped.once('close', resolve));
    const stateDir = join(here.folder, 'state');
    const id = (await openRunOf(stateDir)) ?? '';
    await expect
      .poll(async () => (await readRun(stateDir, id)).state.run.stages.test.status, {timeout: minute})
      .toBe('complete');
    expect(existsSync(said)).toBe(false);
    await writeFile(read, '');
    expect(await ended).toBe(0);
    await here.sameAgain();
  },
  3 * minute,
);
