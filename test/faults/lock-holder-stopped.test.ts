import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {openRunStore, readRun} from '../../src/store/run-store.ts';
import {inFolder, rejection, runId, until} from '../store/example-run.ts';

const recorder = fileURLToPath(new URL('../store/recorder.ts', import.meta.url));

test('a console that is stopped (Ctrl-Z, a hanging disk) still holds its run: the second one is told by whom, may look, and gets it once the first has ended', () =>
  inFolder(async folder => {
    const stateDir = join(folder, 'state');
    const first = spawn(process.execPath, [recorder, stateDir, runId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(first.stdout, 'data');
      first.kill('SIGSTOP');
      const error = await rejection(openRunStore({stateDir, id: runId}));
      expect(error).toMatchObject({code: 'run.held', kind: 'busy'});
      expect((error as Error).message).toContain(`process ${first.pid}`);
      expect((await readRun(stateDir, runId)).events.length).toBeGreaterThan(2);
    } finally {
      first.kill('SIGKILL');
      await once(first, 'close');
    }
    await until('the run can be taken', async () => {
      const store = await openRunStore({stateDir, id: runId}).catch(() => undefined);
      await store?.close();
      return store !== undefined;
    });
  }));
