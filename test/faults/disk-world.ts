import {readFile, rm} from 'node:fs/promises';
import {afterAll, beforeAll, expect} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {takeDisk, type FailingDisk} from './failing-disk.ts';
import {drive, makeSmallRun, type SmallRun} from './small-run.ts';

/** Called once by a test file: gives what works with a run of its own, on a disk that can be made to fail. */
export const withFailingDisk = (): ((
  work: (world: SmallRun, disk: FailingDisk) => Promise<void>,
) => Promise<void>) => {
  let disk: FailingDisk | undefined;
  beforeAll(async () => {
    disk = await takeDisk();
  });
  afterAll(() => disk?.restore());
  return async work => {
    if (disk === undefined) throw new Error('the disk is taken in a test only');
    const world = await makeSmallRun();
    try {
      await work(world, disk);
    } finally {
      disk.mend();
      await world.remove();
    }
  };
};

/** A console that deploys, after a test that was signed off, until nothing more happens. */
export const deploy = async (world: SmallRun, began: () => void): Promise<Engine> => {
  const engine = await world.open(undefined);
  await drive(engine, 'test');
  await engine.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
  began();
  await engine.submit({type: 'start', stage: 'deploy'});
  await engine.idle();
  return engine;
};

/** Of how many jobs the console said that they ended well, which it could not record. */
export const endsSaid = (engine: Engine): number =>
  engine.state().notices.filter(text => text.includes('ended with 0, which is not recorded')).length;

/** From the second look at a job on, the disk takes nothing: what the console does then. */
export const journalGoes = async (
  world: SmallRun,
  disk: FailingDisk,
  code: 'ENOSPC' | 'EIO',
): Promise<void> => {
  let polls = 0;
  let before = 0;
  const engine = await deploy(world, () => {
    before = world.starts.size;
    world.interfere = (_host, verb, when) => {
      if (verb === 'job.poll' && when === 'after' && ++polls === 2) disk.faultAt(1, {disk: code});
    };
  });
  const {failed, notices, busy} = engine.state();
  expect(busy).toBe(false);
  expect(failed).toContain('nothing new is started');
  expect(endsSaid(engine)).toBe(world.starts.size - before);
  disk.mend();
  const path = /recorded is in (\S+\.jsonl)/.exec(notices.join('\n'))?.[1] ?? '';
  expect(await readFile(path, 'utf8')).toMatch(/^(\{"type":"[a-z.-]+","data":.*\}\n)+$/);
  await rm(path);
  expect(await engine.submit({type: 'start', stage: 'deploy'}).catch(String)).not.toBe('ok');
  expect(world.starts.size).toBeLessThan(before + 4);
  await engine.close();
};
