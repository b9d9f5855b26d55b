import {describe, expect, it} from 'vitest';
import {deploy} from '../../src/stages/deploy.ts';
import {test as testStage} from '../../src/stages/test.ts';
import {verify} from '../../src/stages/verify.ts';
import {releaseAll, rollBackHosts} from '../../src/engine/operations.ts';
import {leasesLeft} from '../../src/engine/take-up.ts';
import {createWorld, planned, type World} from './simulated-hosts.ts';

const silence = {start: 'am silence', end: 'am speak'};
const drain = {start: 'lb out', end: 'lb in'};

const tested = async (): Promise<World> => {
  const world = createWorld({web1: {canary: true}, web2: {drain, silence}});
  await planned(world);
  await testStage(world.context);
  return world;
};
const asked = (world: World): string[] =>
  world.asked
    .filter(line => /-aside|job\.start$/.test(line) && line.startsWith('web2 '))
    .map(line => line.slice(5));
const leases = (world: World): string[] => world.context.recordOf('web2').leases.map(({id}) => id);

describe('a host that is set aside while it is changed', () => {
  it('is silenced and drained before its packages, and comes back once it is healthy, in the reverse order', async () => {
    const world = await tested();
    expect(world.host('web2').aside.size).toBe(0);
    const during: string[][] = [];
    world.on('web2', 'job.start', answer => {
      during.push([...world.host('web2').aside.keys()]);
      return answer;
    });
    await deploy(world.context);
    expect(world.context.phasesOf('web2').slice(-6)).toEqual([
      ...['checked', 'drained', 'installing', 'restarting', 'checking', 'done'],
    ]);
    expect(during.length).toBeGreaterThan(0);
    for (const kinds of during) expect(kinds).toEqual(['silence', 'drain']);
    expect(asked(world).slice(-2)).toEqual(['host.end-aside', 'host.end-aside']);
    const ended = world.context.of('lease.released').map(({data}) => data.id);
    expect(ended).toEqual(['drain', 'silence']);
    expect(world.host('web2').aside.size).toBe(0);
    expect(leases(world)).toEqual(['updaters']);
  });

  it('is journaled before it is done', async () => {
    const world = await tested();
    const known: string[][] = [];
    world.on('web2', 'host.start-aside', answer => {
      known.push(leases(world));
      return answer;
    });
    await deploy(world.context);
    expect(known).toEqual([
      ['updaters', 'silence'],
      ['updaters', 'silence', 'drain'],
    ]);
  });

  it('has nothing installed where that fails, and says why', async () => {
    const world = await tested();
    world.on('web2', 'host.start-aside', (answer, n) =>
      n === 2 ? '@@ failed\nits command ended with 1: no such backend\n@@ left\nno\n@@ end\n' : answer,
    );
    await deploy(world.context);
    expect(world.context.recordOf('web2')).toMatchObject({
      phase: 'failed',
      troubles: [
        {
          code: 'host.drain',
          what: 'drain failed: its command ended with 1: no such backend; no package was changed by this attempt',
        },
      ],
    });
    expect(world.host('web2').packages.get('openssl')?.version).toBe('3.0.20-1~deb12u2');
    expect(leases(world)).toEqual(['updaters', 'silence']);
  });

  it('is not done where it does not come back, and what is held still is what a resumed run says first', async () => {
    const world = await tested();
    world.on('web2', 'host.end-aside', () => '@@ failed\nits command ended with 7: busy\n@@ end\n');
    await deploy(world.context);
    expect(world.context.recordOf('web2')).toMatchObject({
      phase: 'failed',
      troubles: [
        {
          code: 'host.drain',
          what: 'traffic is drained still, and could not be ended: its command ended with 7: busy',
        },
      ],
    });
    const left = leasesLeft(world.context.state(), world.context.now());
    expect(left).toContainEqual(expect.stringMatching(/^traffic is drained on web2 until /));
    expect(left).toContainEqual(expect.stringMatching(/^alerts are silenced on web2 until /));
  });

  it('stays out of traffic when its checks fail, also after verify; closing the run ends all of it', async () => {
    const world = await tested();
    world.on('web2', 'host.baseline', (answer, n) =>
      n === 1 ? answer : answer.replace('@@ failed\n', '@@ failed\nnginx.service\n'),
    );
    await deploy(world.context);
    expect(world.context.recordOf('web2').phase).toBe('failed');
    expect([...world.host('web2').aside.keys()]).toEqual(['silence', 'drain']);
    await verify(world.context);
    expect(world.context.recordOf('web2').verified?.good).toBe(false);
    expect([...world.host('web2').aside.keys()]).toEqual(['drain']);
    expect(leases(world)).toEqual(['drain']);
    expect(await releaseAll(world.context)).toEqual([]);
    expect(world.host('web2').aside.size).toBe(0);
    expect(leases(world)).toEqual([]);
  });

  it('is set aside for its way back, too', async () => {
    const world = await tested();
    await deploy(world.context);
    const before = asked(world).length;
    await rollBackHosts(world.context, ['web2']);
    expect(world.context.recordOf('web2').phase).toBe('rolled back');
    const back = asked(world).slice(before);
    expect(back.slice(0, 3)).toEqual(['host.start-aside', 'host.start-aside', 'job.start']);
    expect(back.slice(-2)).toEqual(['host.end-aside', 'host.end-aside']);
  });

  it('stays aside for as long as its job lasts: the lease is taken anew', async () => {
    const world = createWorld({web1: {drain}}, {limits: {leaseMs: 60_000}});
    await planned(world);
    Object.assign(world.host('web1'), {speed: 0.01});
    const during: number[] = [];
    world.on('web1', 'job.poll', answer => {
      if (world.context.recordOf('web1').phase === 'installing') during.push(world.host('web1').aside.size);
      return answer;
    });
    await testStage(world.context);
    const drained = world.context.of('lease.intended').filter(({data}) => data.id === 'drain');
    expect(drained.length).toBeGreaterThan(2);
    expect(during.length).toBeGreaterThan(2);
    expect(during.filter(size => size === 0)).toEqual([]);
    expect(world.context.recordOf('web1').phase).toBe('done');
    expect(world.host('web1').aside.size).toBe(0);
  });
});
