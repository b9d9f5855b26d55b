import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {withFailingDisk} from './disk-world.ts';
import {drive, outcomeOf} from './small-run.ts';

const withRun = withFailingDisk();

test('no space for the snapshot: it is said, it costs nothing but the snapshot, and the next console goes on from the journal', () =>
  withRun(async (world, disk) => {
    const engine = await world.open(undefined);
    await drive(engine, 'test');
    const before = outcomeOf(world, engine);
    disk.faultAt(1, {disk: 'ENOSPC'}, {where: /snapshot\.json/});
    await engine.close();
    expect(disk.met).toBe(true);
    disk.mend();
    const [run = ''] = await readdir(join(world.stateDir, 'runs'));
    expect(await readdir(join(world.stateDir, 'runs', run))).not.toContain('snapshot.json');
    const next = await world.open(run);
    expect(outcomeOf(world, next)).toEqual(before);
    await drive(next, 'verify');
    expect(next.state().run?.run.stages.verify.status).toBe('complete');
    await next.close();
  }));
