import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {exportRun, importRun} from '../../src/store/archive.ts';
import {drive, makeSmallRun} from './small-run.ts';

test('a run that is taken over in the middle of a rollback, and deployed at once: the host is taken back to the end and not called done, the others are upgraded', async () => {
  const world = await makeSmallRun();
  try {
    const first = await world.open(undefined);
    await drive(first, 'test');
    await first.submit({type: 'sign-off', stage: 'test', name: 'ana', reason: 'good'});
    await first.submit({type: 'start', stage: 'deploy', hosts: ['cache1']});
    await first.idle();
    const old = first.state().run?.hosts.get('cache1');
    expect(old?.phase).toBe('done');
    // The way back is not through before the other console's deploy has chosen its hosts.
    const chosen = Promise.withResolvers<undefined>();
    world.interfere = (host, verb) => (host === 'cache1' && verb === 'job.poll' ? chosen.promise : undefined);
    const undoing = new Promise<void>(resolve => {
      first.subscribe(({events}) => {
        if (events.some(event => event.type === 'job.started')) resolve();
      });
    });
    await first.submit({type: 'roll-back', hosts: ['cache1'], reason: 'it is slow'});
    await undoing;
    const id = first.state().run?.run.id ?? '';
    const archive = join(dirname(world.stateDir), 'run.patchdeck');
    await exportRun(world.stateDir, id, archive, 'ana at bastion1');
    await first.close();

    const elsewhere = join(dirname(world.stateDir), 'elsewhere');
    await importRun(elsewhere, archive, 'operator bo');
    const second = await world.open(id, {stateDir: elsewhere, operator: 'bo'});
    second.subscribe(({events}) => {
      if (events.some(event => event.type === 'wave.started')) chosen.resolve(undefined);
    });
    // Not a moment is waited.
    const again = second.submit({type: 'roll-back', hosts: ['cache1'], reason: 'once more'});
    expect(await again).toMatchObject({
      code: 'rollback.refused',
      what: expect.stringContaining('is being worked on') as string,
    });
    expect(await second.submit({type: 'start', stage: 'deploy'})).toBe('ok');
    await second.idle();
    const {run, hosts} = second.state().run ?? {};
    expect(hosts?.get('cache1')).toMatchObject({phase: 'rolled back', troubles: []});
    expect(hosts?.get('cache1')?.jobs.filter(job => job.state !== 'ended')).toEqual([]);
    expect(hosts?.get('api2')?.phase).toBe('done');
    expect(run?.waves.map(({size, summary}) => [size, summary])).toEqual([[1, '1 done']]);
    expect(run?.stages.deploy).toMatchObject({status: 'complete', summary: '2 done, 1 rolled back'});
    expect([...world.starts.values()].every(count => count === 1)).toBe(true);
    await second.close();
  } finally {
    await world.remove();
  }
});
