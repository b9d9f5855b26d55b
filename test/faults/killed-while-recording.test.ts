import {spawn} from 'node:child_process';
import {readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openCounts, readCounts, writeCounts} from '../store/example-journal.ts';
import {inFolder, until} from '../store/example-run.ts';

describe('a console that is killed while it records', () => {
  test('has on disk all that it had reported as recorded, eight times over', () =>
    inFolder(async folder => {
      const path = join(folder, 'journal');
      let expected: number[] = [];
      for (let round = 0; round < 8; round++) {
        const child = spawn(process.execPath, [appender, path, String(round * 1_000_000)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
        const ended = new Promise(resolve => child.once('close', resolve));
        await until('it records', () => said.split('\n').length > 5 + round * 3);
        child.kill('SIGKILL');
        await ended;
        const reported = said.split('\n').slice(0, -1).map(Number);
        const journal = await openCounts(path);
        const found = journal.events.map(event => event.data.n);
        expect(journal.readOnly).toBeUndefined();
        // Everything before, everything that was reported, and perhaps some that were on their way.
        expect(found.slice(0, expected.length + reported.length)).toEqual([...expected, ...reported]);
        await journal.close();
        expected = found;
      }
    }));

  test('leaves a line torn in two: the other half is not missed', () =>
    inFolder(async folder => {
      const path = join(folder, 'journal');
      await writeCounts(`${path}.whole`, 3);
      const whole = await readFile(`${path}.whole`);
      await rename(`${path}.whole`, path);
      await writeFile(path, whole.subarray(0, whole.length - 1 - 40));
      const child = spawn(process.execPath, [appender, path, '100'], {stdio: ['ignore', 'pipe', 'inherit']});
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      const ended = new Promise(resolve => child.once('close', resolve));
      await until('it records', () => said.includes('\n'));
      child.kill('SIGKILL');
      await ended;
      expect((await readCounts(path)).slice(0, 3)).toEqual([1, 2, 100]);
    }));
});

const appender = new URL('../store/appender.ts', import.meta.url).pathname;
