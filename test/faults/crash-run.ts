import {expect} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {openRunOf} from '../../src/store/run-store.ts';
import {verifyRun} from '../../src/store/verify-run.ts';
import {takeDisk, type Fate, type FailingDisk} from './failing-disk.ts';
import {drive, makeSmallRun, outcomeOf, refused, type SmallRun} from './small-run.ts';

/** Every so many-th change of the disk: 1 takes them all, as CI does. */
const step = Number(process.env['PATCHDECK_CRASH_STEP'] ?? 11);

/** A run has more changes than this, or the fault does not reach what it is there for. */
const leastChanges = 250;

/**
 * Takes whole runs on three hosts, each with the fault at another change of the disk, from the first to the last, and goes on with a new
 * console on a good disk. Each has to come to what an undisturbed one comes to, each job started at most once, every intent known, the
 * chain of its record whole. Gives what the consoles that went on had to say.
 */
export const crashAtEveryChange = async (fate: Fate): Promise<string[]> => {
  const disk = await takeDisk();
  try {
    const undisturbed = await undisturbedRun();
    const said: string[] = [];
    let n = 1;
    for (; ; n += step) {
      const reached = await disturbedRun(disk, n, fate, undisturbed, said).catch((error: unknown) => {
        throw new Error(`${JSON.stringify(fate)} at change ${n}`, {cause: error});
      });
      if (!reached) break;
    }
    expect(n).toBeGreaterThan(leastChanges);
    return said;
  } finally {
    disk.restore();
  }
};

const undisturbedRun = async (): Promise<unknown> => {
  const world = await makeSmallRun();
  const engine = await world.open(undefined);
  await drive(engine, 'verify');
  const outcome = outcomeOf(world, engine);
  await engine.close();
  await world.remove();
  return outcome;
};

/** Gives false when the run was over before the fault. */
const disturbedRun = async (
  disk: FailingDisk,
  n: number,
  fate: Fate,
  undisturbed: unknown,
  said: string[],
): Promise<boolean> => {
  const world = await makeSmallRun();
  let first: Engine | undefined;
  const work = async (): Promise<void> => {
    first = await world.open(undefined);
    await drive(first, 'verify');
  };
  try {
    disk.faultAt(n, fate, {
      then: () => {
        // A console that is killed asks nobody anything any more.
        if ('killed' in fate) world.interfere = deadTo;
      },
    });
    await work().catch(() => undefined);
    await first?.close().catch(() => undefined);
    const {met} = disk;
    disk.mend();
    world.interfere = () => undefined;
    await finish(world, undisturbed, said);
    return met;
  } finally {
    disk.mend();
    await world.remove();
  }
};

/** Goes on with the open run, or begins one where none had begun, to its end. */
const finish = async (world: SmallRun, undisturbed: unknown, said: string[]): Promise<void> => {
  const engine = await world.open(await openRunOf(world.stateDir));
  await drive(engine, 'verify');
  expect(outcomeOf(world, engine)).toEqual(undisturbed);
  const {run, notices} = engine.state();
  const jobs = [...(run?.hosts.values() ?? [])].flatMap(record => record.jobs);
  // Every intent ended known; where it came to nothing, nothing was started.
  expect(jobs.filter(job => job.state !== 'ended')).toEqual([]);
  for (const job of jobs) expect(world.starts.get(job.id) ?? 0).toBe(job.outcome === 'ended' ? 1 : 0);
  expect([...world.starts.keys()].filter(id => !jobs.some(job => job.id === id))).toEqual([]);
  await engine.close();
  expect(await verifyRun(world.stateDir, run?.run.id ?? '')).toMatchObject({broken: []});
  said.push(...notices);
};

const deadTo = (host: string): never => {
  throw refused(host);
};
