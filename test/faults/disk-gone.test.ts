import {readFile, rm} from 'node:fs/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {takeDisk, type FailingDisk} from './failing-disk.ts';
import {drive, makeSmallRun} from './small-run.ts';

let disk: FailingDisk;
beforeAll(async () => {
  disk = await takeDisk();
});
afterAll(() => disk.restore());

test.each(['ENOSPC', 'EIO'] as const)(
  'the disk of the journal is gone (%s) in the middle of an upgrade: nothing new starts, the running job is followed to its end and said, and what could not be recorded is written elsewhere',
  async code => {
    const world = await makeSmallRun();
    try {
      const engine = await world.open(undefined);
      await drive(engine, 'test');
      await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
      let polls = 0;
      world.interfere = (_host, verb, when) => {
        if (verb === 'job.poll' && when === 'after' && ++polls === 2) disk.failAt(1, code);
      };
      const before = world.starts.size;
      await engine.submit({type: 'start', stage: 'deploy'});
      await engine.idle();
      const {failed, notices, busy} = engine.state();
      expect(busy).toBe(false);
      expect(failed).toContain('nothing new is started');
      const ended = notices.filter(text => text.includes('ended with 0, which is not recorded'));
      expect(ended).toHaveLength(world.starts.size - before);
      disk.mend();
      const path = /recorded is in (\S+\.jsonl)/.exec(notices.join('\n'))?.[1] ?? '';
      expect(await readFile(path, 'utf8')).toMatch(/^\{"type":"[a-z.-]+","data":/);
      await rm(path);
      expect(await engine.submit({type: 'start', stage: 'deploy'}).catch(String)).not.toBe('ok');
      expect(world.starts.size).toBeLessThan(before + 4);
      await engine.close().catch(() => undefined);
    } finally {
      disk.mend();
      await world.remove();
    }
  },
);
