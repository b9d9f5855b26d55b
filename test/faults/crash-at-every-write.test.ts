import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Engine} from '../../src/engine/interface.ts';
import {openRunOf} from '../../src/store/run-store.ts';
import {takeDisk, type FailingDisk} from './failing-disk.ts';
import {drive, makeSmallRun, outcomeOf, refused, type SmallRun} from './small-run.ts';

/** Every so many-th write: 1 takes them all. The faults together take minutes. */
const step = Number(process.env['PATCHDECK_CRASH_STEP'] ?? 11);

describe('a fault at every write of a whole run in turn', () => {
  let disk: FailingDisk;
  let undisturbed: unknown;
  let writes = 0;

  beforeAll(async () => {
    disk = await takeDisk();
    const world = await makeSmallRun();
    disk.failAt(Number.POSITIVE_INFINITY, 'EIO');
    const engine = await world.open(undefined);
    await drive(engine, 'verify');
    writes = disk.count;
    undisturbed = outcomeOf(world, engine);
    await engine.close();
    await world.remove();
  });
  afterAll(() => disk.restore());

  /** Goes on with the open run on a good disk, or begins one where none had begun, to its end; what it came to is as if nothing had been. */
  const finish = async (world: SmallRun): Promise<void> => {
    const engine = await world.open(await openRunOf(world.stateDir));
    await drive(engine, 'verify');
    expect(outcomeOf(world, engine)).toEqual(undisturbed);
    const jobs = [...(engine.state().run?.hosts.values() ?? [])].flatMap(record => record.jobs);
    // Every intent ended known; where it came to nothing, nothing was started.
    expect(jobs.filter(job => job.state !== 'ended')).toEqual([]);
    for (const job of jobs) {
      expect(job.outcome === 'ended' ? 1 : 0).toBe(world.starts.get(job.id) ?? 0);
    }
    await engine.close();
  };

  const disturbed = async (n: number, code: 'EIO' | 'ENOSPC', dies: boolean): Promise<void> => {
    const world = await makeSmallRun();
    let first: Engine | undefined;
    try {
      disk.failAt(n, code, () => {
        // A console that is killed asks nobody anything any more.
        if (dies) world.interfere = host => deadTo(host);
      });
      const work = async (): Promise<void> => {
        first = await world.open(undefined);
        await drive(first, 'verify');
      };
      await work().catch(() => undefined);
      await first?.close().catch(() => undefined);
      disk.mend();
      // Lines that come together are one write: a run has some more or fewer of them each time.
      if (!disk.failed) expect(n).toBeGreaterThan(writes * 0.8);
      world.interfere = () => undefined;
      await finish(world);
      expect([...world.starts.values()].filter(count => count !== 1)).toEqual([]);
    } catch (error) {
      throw new Error(`${code} at write ${n}${dies ? ', where the console dies' : ''}`, {cause: error});
    } finally {
      disk.mend();
      await world.remove();
    }
  };

  const turns = (): number[] =>
    Array.from({length: Math.ceil(writes / step)}, (_, index) => 1 + index * step).filter(n => n <= writes);

  test('the disk fails (EIO): what is open is followed, the next console ends the run as if nothing had been, no job ran twice', async () => {
    expect(writes).toBeGreaterThan(200);
    for (const n of turns()) await disturbed(n, 'EIO', false);
  }, 1_800_000);

  test('the disk is full (ENOSPC, half a write): the same', async () => {
    for (const n of turns()) await disturbed(n + 2, 'ENOSPC', false);
  }, 1_800_000);

  test('the console dies at that write: the same', async () => {
    for (const n of turns()) await disturbed(n + 4, 'EIO', true);
  }, 1_800_000);
});

const deadTo = (host: string): never => {
  throw refused(host);
};
