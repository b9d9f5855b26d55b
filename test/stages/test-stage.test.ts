import {describe, expect, it, test} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import {pickCanaries} from '../../src/record/canaries.ts';
import {test as testStage} from '../../src/stages/test.ts';
import {host} from '../policy/example-fleet.ts';
import {createMemoryContext, type MemoryContext} from '../rollout/memory-context.ts';
import {createWorld, planned, type World} from '../rollout/simulated-hosts.ts';

const picked = (hosts: Host[]): string[] =>
  pickCanaries([...createMemoryContext({hosts}).state().hosts.values()]);
const ending = (context: MemoryContext): {outcome: string; summary: string} => {
  const {outcome, summary} = context.of('stage.ended').at(-1)?.data ?? {outcome: '', summary: ''};
  return {outcome, summary};
};
const jobsOn = (world: World, name: string): string[] =>
  world.context.recordOf(name).jobs.map(job => job.kind);

describe('the canaries', () => {
  test('are the hosts that are flagged, all of them', () => {
    expect(picked([host('a'), host('b', {canary: true}), host('c', {canary: true})])).toEqual(['b', 'c']);
  });

  test('are the least critical one where none is flagged; unstated is not low', () => {
    const hosts = [
      host('unstated'),
      host('high', {criticality: 'high'}),
      host('medium', {criticality: 'medium'}),
    ];
    expect(picked(hosts)).toEqual(['medium']);
    expect(picked([host('unstated'), host('dear', {criticality: 'critical'})])).toEqual(['dear']);
  });

  test('of equal ones the one of the earliest wave', () => {
    expect(picked([host('late', {wave: 3}), host('early', {wave: 1})])).toEqual(['early']);
    expect(picked([])).toEqual([]);
  });

  it('is no host that others stand behind, where there is another', async () => {
    const pickedOf = async (...hosts: Host[]): Promise<string[]> => {
      const context = createMemoryContext({hosts});
      const data = {stage: 'identify', outcome: 'complete', summary: ''} as const;
      await context.record({type: 'stage.ended', data});
      return pickCanaries([...context.state().hosts.values()]);
    };
    const metal = host('metal', {canary: true, criticality: 'low'});
    const vm = host('vm', {runsOn: 'metal', criticality: 'critical'});
    expect(await pickedOf(metal, vm)).toEqual(['vm']);
    expect(await pickedOf(host('here', {transport: 'local'}))).toEqual(['here']);
  });
});

describe('the test stage', () => {
  it('stages every host, and upgrades the canary alone', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}, web3: {}});
    await planned(world);
    await testStage(world.context);
    const {context} = world;
    expect(ending(context)).toEqual({
      outcome: 'complete',
      summary: '3 of 3 hosts staged (way back: 3 full); 1 of 1 canaries healthy (web1)',
    });
    expect(context.phasesOf('web1')).toEqual([
      ...['locked', 'checked', 'staged', 'checked', 'installing', 'restarting', 'checking', 'done'],
    ]);
    expect(jobsOn(world, 'web1')).toEqual(['stage', 'install', 'restart']);
    expect(world.host('web1').packages.get('openssl')?.version).toBe('3.0.22-1~deb12u2');
    for (const name of ['web2', 'web3']) {
      expect(context.recordOf(name)).toMatchObject({phase: 'staged', point: {grade: 'full'}});
      expect(jobsOn(world, name)).toEqual(['stage']);
      expect(world.host(name).packages.get('openssl')?.version).toBe('3.0.20-1~deb12u2');
    }
  });

  it.each([
    ['apt.marks', '@@ held\n', '@@ held\nopenssl\n', 'openssl is held'],
    [
      'apt.refresh',
      '@@ failures\n',
      '@@ failures\nE: mirror.example is gone\n',
      'its package lists could not be refreshed (E: mirror.example is gone)',
    ],
  ])(
    'finds by %s what came since the plan was made, and stages nothing there',
    async (verb, from, to, what) => {
      const world = createWorld({web1: {canary: true}, web2: {}});
      await planned(world);
      world.on('web2', verb, answer => answer.replace(from, to));
      await testStage(world.context);
      expect(world.context.recordOf('web2')).toMatchObject({
        phase: 'failed',
        note: `${what}; nothing was changed`,
        checked: {ready: false, findings: [what]},
        troubles: [{code: 'host.not-ready'}],
      });
      expect(jobsOn(world, 'web2')).toEqual([]);
      expect(world.context.recordOf('web1').phase).toBe('done');
    },
  );

  it('with a host whose smoke check fails already stages nothing there, and says so', async () => {
    const world = createWorld({web1: {canary: true}, web2: {smoke: [{tcp: 443}]}});
    await planned(world);
    world.context.outside = {...world.context.outside, tcp: () => Promise.resolve('ECONNREFUSED')};
    await testStage(world.context);
    expect(world.context.recordOf('web2')).toMatchObject({
      phase: 'failed',
      note: 'a smoke check fails already: tcp 443: ECONNREFUSED; nothing was changed',
      checked: {ready: false, findings: ['a smoke check fails already: tcp 443: ECONNREFUSED']},
    });
    expect(jobsOn(world, 'web2')).toEqual([]);
    expect(world.context.recordOf('web1').phase).toBe('done');
  });

  it('started again proves nothing twice and changes nothing', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    await testStage(world.context);
    const jobs = ['web1', 'web2'].map(name => jobsOn(world, name));
    await testStage(world.context);
    expect(ending(world.context).outcome).toBe('complete');
    expect(['web1', 'web2'].map(name => jobsOn(world, name))).toEqual(jobs);
  });

  it('with a host that is not ready is incomplete, names it, and proves the others', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    world.on('web2', 'host.preflight', answer =>
      answer.replace('@@ locks\n', '@@ locks\napt\tapt (pid 7)\n'),
    );
    await testStage(world.context);
    expect(ending(world.context)).toEqual({
      outcome: 'incomplete',
      summary:
        '1 of 2 hosts staged (way back: 1 full, 1 not made); 1 of 1 canaries healthy (web1); not ready: web2',
    });
    expect(world.context.recordOf('web2')).toMatchObject({
      phase: 'failed',
      note: "apt (pid 7) holds dpkg's lock; nothing was changed",
      troubles: [{code: 'host.not-ready', next: 'mend it on the host, then test again'}],
      checked: {ready: false},
    });
    expect(jobsOn(world, 'web2')).toEqual([]);
    // Mended, and tested again.
    world.on('web2', 'host.preflight', answer => answer);
    await testStage(world.context);
    expect(ending(world.context).outcome).toBe('complete');
    expect(world.context.recordOf('web2')).toMatchObject({phase: 'staged', troubles: []});
    expect(jobsOn(world, 'web1')).toHaveLength(3);
  });

  it('upgrades no canary that is not staged', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    world.on('web1', 'packages.staged', answer => answer.replace(/^new\topenssl\t.*\n/m, ''));
    await testStage(world.context);
    expect(ending(world.context)).toEqual({
      outcome: 'incomplete',
      summary:
        '1 of 2 hosts staged (way back: 1 not made, 1 full); 0 of 1 canaries healthy (web1); not ready: web1; not healthy: web1',
    });
    expect(world.context.recordOf('web1').troubles).toMatchObject([
      {code: 'stage.missing', what: 'openssl 3.0.22-1~deb12u2 could not be fetched; nothing was changed'},
    ]);
    expect(jobsOn(world, 'web1')).toEqual(['stage']);
  });

  it('touches no host that is skipped, and takes another canary for one that is', async () => {
    const world = createWorld({web1: {canary: true}, web2: {criticality: 'low'}, web3: {}});
    await planned(world);
    await world.context.record({type: 'host.phase', data: {host: 'web1', phase: 'skipped', note: 'not now'}});
    await testStage(world.context);
    expect(ending(world.context)).toEqual({
      outcome: 'complete',
      summary: '2 of 2 hosts staged (way back: 2 full); 1 of 1 canaries healthy (web2)',
    });
    expect(world.context.recordOf('web1').phase).toBe('skipped');
    expect(jobsOn(world, 'web1')).toEqual([]);
  });

  it('stages no host that was skipped while it waited, and takes the canaries from the others', async () => {
    const world = createWorld({web2: {}, web1: {canary: true}}, {limits: {concurrency: 1}});
    await planned(world);
    world.on('web2', 'packages.staged', answer => {
      void world.context.record({
        type: 'host.phase',
        data: {host: 'web1', phase: 'skipped', note: 'not now'},
      });
      return answer;
    });
    await testStage(world.context);
    expect(jobsOn(world, 'web1')).toEqual([]);
    expect(ending(world.context)).toEqual({
      outcome: 'complete',
      summary: '1 of 1 hosts staged (way back: 1 full); 1 of 1 canaries healthy (web2)',
    });
  });

  it('leaves a canary without a way back as it is until that is accepted by name', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    world.on('web1', 'packages.staged', answer =>
      answer.replace(/^old\t(openssl\tamd64\t[^\t]+)\t.*$/m, 'gone\t$1'),
    );
    await testStage(world.context);
    expect(ending(world.context)).toEqual({
      outcome: 'incomplete',
      summary:
        '2 of 2 hosts staged (way back: 1 none, 1 full); 0 of 1 canaries healthy (web1); not healthy: web1',
    });
    expect(jobsOn(world, 'web1')).toEqual(['stage']);
    await world.context.record({
      type: 'host.rollback-accepted',
      data: {host: 'web1', reason: 'rebuilt daily'},
    });
    await testStage(world.context);
    expect(ending(world.context).outcome).toBe('complete');
    expect(world.context.recordOf('web1').phase).toBe('done');
  });

  describe('with a canary that came out worse', () => {
    const nodejs = 'apt:nodejs@18.20.4+dfsg-1~deb12u3';
    const breaks = {
      package: 'nodejs',
      version: '18.20.4+dfsg-1~deb12u3',
      unit: 'shop-api.service',
      why: 'it crashes',
    };
    const worse = async (packages: string): Promise<World> => {
      const world = createWorld({web1: {canary: true}, web2: {}}, {stories: {web1: {breaks}}});
      await planned(world, ['nodejs', 'tzdata']);
      world.on('web1', 'apt.owners', () => `@@ packages\n${packages}@@ end\n`);
      await testStage(world.context);
      return world;
    };

    it('is incomplete, and lays it at the patches that have to do with the service', async () => {
      const {context} = await worse('nodejs\n');
      expect(ending(context)).toEqual({
        outcome: 'incomplete',
        summary: '2 of 2 hosts staged (way back: 2 full); 0 of 1 canaries healthy (web1); not healthy: web1',
      });
      expect(context.recordOf('web1').troubles).toEqual([
        {
          code: 'host.regression',
          what: 'shop-api.service failed; nothing listens on tcp 0.0.0.0:8080 any more. The packages are installed as planned',
          next: 'roll it back, or mend it and try again',
          suspects: [nodejs],
        },
      ]);
      expect(context.recordOf('web2').phase).toBe('staged');
    });

    it('lays it at all of them where none can be named', async () => {
      const {context} = await worse('');
      expect(context.recordOf('web1').troubles[0]?.suspects).toEqual([nodejs, 'apt:tzdata@2026f-0+deb12u1']);
    });
  });

  it('stops a host that is no more as it was planned for', async () => {
    const world = createWorld({web1: {canary: true}});
    await planned(world);
    world.on('web1', 'apt.installed', answer =>
      answer.replace(/^openssl\t\S+/m, 'openssl\t3.0.21-1~deb12u1'),
    );
    await testStage(world.context);
    expect(world.context.recordOf('web1')).toMatchObject({
      phase: 'failed',
      troubles: [
        {
          code: 'host.drift',
          what: 'openssl is 3.0.21-1~deb12u1, the plan was made for 3.0.20-1~deb12u2; nothing was changed',
          next: 'scan again and lock the plan anew',
        },
      ],
    });
    expect(jobsOn(world, 'web1')).toEqual([]);
  });

  it('stops a host whose dry run is not the plan', async () => {
    const world = createWorld({web1: {canary: true}});
    await planned(world);
    world.on('web1', 'apt.simulate-staged', answer =>
      answer.replace('@@ native', 'Remv sudo [1.9.13p3-1+deb12u3]\n@@ native'),
    );
    await testStage(world.context);
    expect(world.context.recordOf('web1').troubles).toMatchObject([
      {
        code: 'host.drift',
        what: 'the dry run is not the plan: also sudo 1.9.13p3-1+deb12u3 -> none; nothing was changed',
      },
    ]);
    expect(jobsOn(world, 'web1')).toEqual(['stage']);
  });

  it('grades a way back that simulates otherwise as partial, with what differs', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}});
    await planned(world);
    world.on('web2', 'apt.simulate-undo', answer =>
      answer.replace('@@ native', 'E: held broken packages\n@@ native'),
    );
    await testStage(world.context);
    expect(world.context.recordOf('web2').point).toMatchObject({
      grade: 'partial',
      why: 'the simulated way back differs: held broken packages',
    });
    expect(ending(world.context).outcome).toBe('complete');
  });

  it('upgrades no canary that was not proven before it was to stop', async () => {
    const world = createWorld({web1: {}, web2: {canary: true}}, {limits: {concurrency: 1}});
    await planned(world);
    world.on('web1', 'packages.staged', answer => {
      void world.context.record({type: 'run.stopping', data: {how: 'after-wave', reason: 'enough'}});
      return answer;
    });
    await testStage(world.context);
    expect(ending(world.context)).toMatchObject({outcome: 'stopped'});
    expect(world.context.recordOf('web2')).toMatchObject({phase: 'queued', troubles: []});
  });

  it('stopped in the middle is stopped, and goes on when started again', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}, web3: {}}, {limits: {concurrency: 1}});
    await planned(world);
    world.on('web1', 'packages.staged', answer => {
      void world.context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
      return answer;
    });
    await testStage(world.context);
    expect(ending(world.context)).toMatchObject({outcome: 'stopped'});
    expect(['web1', 'web2', 'web3'].map(name => world.context.recordOf(name).phase)).toEqual([
      'staged',
      'queued',
      'queued',
    ]);
    world.on('web1', 'packages.staged', answer => answer);
    await testStage(world.context);
    expect(ending(world.context)).toMatchObject({outcome: 'complete'});
    expect(jobsOn(world, 'web1')).toEqual(['stage', 'install', 'restart']);
  });
});
