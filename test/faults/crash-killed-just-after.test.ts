import {test} from 'vitest';
import {crashAtEveryChange} from './crash-run.ts';

test('the console is killed just after every change of its disk in turn, so that whole lines are there which nobody was told of: the next console ends the run as if nothing had been, no job runs twice', async () => {
  await crashAtEveryChange({killed: 'just-after'});
}, 1_800_000);
