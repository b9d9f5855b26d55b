import {openRunStore} from '../../src/store/run-store.ts';
import {included, phase, started} from './example-run.ts';

/** `recorder.ts STATE_DIR RUN`: a console that records one number after the other, and says each once it is on disk. To be killed. */
const [stateDir = '', id = ''] = process.argv.slice(2);
const store = await openRunStore({stateDir, id});
await store.record(started(id), 'operator ana');
await store.record(included('web1'), 'operator ana');
for (let n = 1; ; n++) {
  await store.record(phase('web1', String(n)), 'engine');
  await new Promise<void>(resolve => process.stdout.write(`${n}\n`, () => resolve()));
}
