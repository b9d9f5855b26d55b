import {test} from 'vitest';
import {crashAtEveryChange} from './crash-run.ts';

test('the disk fails (EIO) at every write of a whole run in turn: running jobs are followed, the next console ends the run as if nothing had been, no job runs twice', async () => {
  await crashAtEveryChange({disk: 'EIO'});
}, 1_800_000);
