import {describe, expect, it, test} from 'vitest';
import {leftAtWork, resumeHosts} from '../../src/engine/resume.ts';
import type {Body} from '../../src/record/event.ts';
import {phases, type Phase} from '../../src/model/phase.ts';
import {deploy} from '../../src/stages/deploy.ts';
import {test as testStage} from '../../src/stages/test.ts';
import {host} from '../policy/example-fleet.ts';
import {createMemoryContext, type MemoryContext} from '../rollout/memory-context.ts';
import {createWorld, planned, type World} from '../rollout/simulated-hosts.ts';
import {jobId} from '../store/example-run.ts';

const bodies = {
  phase: (phase: Phase): Body => ({type: 'host.phase', data: {host: 'web1', phase, note: ''}}),
  job: (n: number, kind: 'stage' | 'install'): Body => ({
    type: 'job.intended',
    data: {job: {id: jobId(n), host: 'web1', kind, planDigest: 'p', bootId: 'b', machineId: 'm'}},
  }),
  ended: (n: number): Body => ({
    type: 'job.ended',
    data: {id: jobId(n), host: 'web1', outcome: 'ended', rc: 0, log: null},
  }),
};
const left = async (...happened: Body[]): Promise<string[]> => {
  const context = createMemoryContext({hosts: [host('web1')]});
  for (const body of happened) await context.record(body);
  return leftAtWork(context).map(record => record.host.name);
};

describe('a host that an earlier console left', () => {
  const taken: Phase[] = ['drained', 'installing', 'restarting', 'rebooting', 'checking', 'rolling back'];

  test.each(phases)('in the phase "%s" is taken up, or waits', async phase => {
    expect(await left(bodies.phase(phase))).toEqual(taken.includes(phase) ? ['web1'] : []);
  });

  test('while it was being staged is taken up, and not once the staging has ended', async () => {
    for (const phase of ['locked', 'checked'] as const) {
      expect(await left(bodies.phase(phase), bodies.job(1, 'stage'))).toEqual(['web1']);
      expect(await left(bodies.phase(phase), bodies.job(1, 'stage'), bodies.ended(1))).toEqual([]);
      expect(await left(bodies.phase(phase), bodies.job(1, 'install'))).toEqual([]);
    }
  });

  test('and that was left out since is let be', async () => {
    const out: Body = {type: 'host.left-out', data: {host: 'web1', reason: 'moved'}};
    expect(await left(bodies.phase('installing'), out)).toEqual([]);
  });
});

/** What the console was at when it went, by the event it could not write any more. */
const interrupted = async (stop: (body: Body, context: () => MemoryContext) => boolean): Promise<World> => {
  let console: 'there' | 'gone' | 'back' = 'there';
  const world: World = createWorld(
    {web1: {}, web2: {canary: true}},
    {
      beforeRecord: body => {
        if (console === 'there' && stop(body, () => world.context)) console = 'gone';
        if (console === 'gone') throw new Error('the console is gone');
      },
    },
  );
  await planned(world);
  await testStage(world.context).catch(() => undefined);
  await deploy(world.context).catch(() => undefined);
  console = 'back';
  world.context.underWay.clear();
  return world;
};
const starts = (world: World): string[] => world.asked.filter(line => line.endsWith('job.start'));

describe('a run that is taken up again', () => {
  it('finishes an upgrade whose installation had begun, with the job that is there', async () => {
    const world = await interrupted(
      (body, context) =>
        body.type === 'job.ended' &&
        context()
          .recordOf('web1')
          .jobs.some(job => job.id === body.data.id && job.kind === 'install'),
    );
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'installing'});
    const before = starts(world).length;
    await resumeHosts(world.context);
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'done', troubles: []});
    expect(world.context.recordOf('web1').jobs.filter(job => job.kind === 'install')).toHaveLength(1);
    // Only the restart of services was still to begin.
    expect(starts(world).length - before).toBe(1);
  });

  it('goes on with a staging, and begins no upgrade', async () => {
    const world = await interrupted(
      (body, context) =>
        body.type === 'job.ended' &&
        context()
          .recordOf('web1')
          .jobs.some(job => job.id === body.data.id),
    );
    expect(world.context.recordOf('web1').phase).toBe('checked');
    await resumeHosts(world.context);
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'staged', point: {grade: 'full'}});
    expect(world.context.recordOf('web1').jobs.map(job => job.kind)).toEqual(['stage']);
  });

  it('finishes a way back as a way back', async () => {
    const world = createWorld({web1: {canary: true}});
    await planned(world);
    await testStage(world.context);
    await world.context.record({type: 'host.attempt', data: {host: 'web1', why: 'rollback', reason: 'test'}});
    await world.context.record(bodies.phase('rolling back'));
    await resumeHosts(world.context);
    expect(world.context.recordOf('web1').phase).toBe('rolled back');
    expect(world.host('web1').packages.get('openssl')?.version).toBe('3.0.20-1~deb12u2');
  });

  it('lets hosts be that had not begun', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    await testStage(world.context);
    const asked = world.asked.length;
    await resumeHosts(world.context);
    expect(world.asked).toHaveLength(asked);
  });
});
