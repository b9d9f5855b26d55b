import {expect, test} from 'vitest';
import {crashAtEveryChange} from './crash-run.ts';

test('the console is killed in the middle of every change of its disk in turn: torn lines are put aside and said, the next console ends the run as if nothing had been, no job runs twice', async () => {
  const said = await crashAtEveryChange({killed: 'half-way'});
  expect(said.filter(text => text.includes('was not whole'))).not.toEqual([]);
}, 1_800_000);
