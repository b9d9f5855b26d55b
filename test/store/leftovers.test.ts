import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {sweepLeftovers} from '../../src/store/leftovers.ts';
import {inFolder} from './example-run.ts';

test('what a killed console had not finished writing is removed, and nothing else; what cannot be removed is said', () =>
  inFolder(async folder => {
    const unfinished = ['.snapshot.json.0123456789ab.tmp', 'journal.jsonl.ba9876543210.tmp'];
    const kept = ['journal.jsonl', 'snapshot.json', 'notes.tmp', 'journal.jsonl.torn-20261124T023300000Z'];
    for (const name of [...unfinished, ...kept]) await writeFile(join(folder, name), '');
    // No file: it is not ours to remove.
    await mkdir(join(folder, '.x.0123456789ab.tmp'));
    const said: string[] = [];
    await sweepLeftovers([folder], sentence => said.push(sentence));
    expect((await readdir(folder)).sort()).toEqual([...kept, '.x.0123456789ab.tmp'].sort());
    expect(said).toEqual([expect.stringContaining('.x.0123456789ab.tmp is left over and stays')]);
  }));
