import {expect, test} from 'vitest';
import {runThatIsKilled} from './killed-run.ts';

test('kill -9 while the snapshot is written: the one before it counts, what lay beside it is swept away, and the run ends as if nothing had been', async () => {
  const {left, files, said} = await runThatIsKilled({in: 'test', kill: {renaming: '/snapshot\\.json$'}});
  expect(left.run.stages.test.status).toBe('complete');
  const unfinished = (names: readonly string[]): string[] =>
    names.filter(name => /\.snapshot\.json\.[0-9a-f]+\.tmp$/.test(name));
  expect(unfinished(files.left)).toHaveLength(1);
  expect(unfinished(files.after)).toEqual([]);
  expect(said).not.toMatch(/damaged|lost|left over/);
}, 120_000);
