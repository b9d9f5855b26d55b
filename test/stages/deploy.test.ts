import {describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {RolloutLimits} from '../../src/rollout/context.ts';
import {deploy} from '../../src/stages/deploy.ts';
import {test as testStage} from '../../src/stages/test.ts';
import type {MemoryContext} from '../rollout/memory-context.ts';
import {createWorld, planned, type World} from '../rollout/simulated-hosts.ts';

/** Hosts that are tested and wait for their deploy; the canary, where one is flagged, is done. */
const tested = async (
  hosts: Record<string, Partial<Host>>,
  limits: Partial<RolloutLimits> = {},
): Promise<World> => {
  const world = createWorld(hosts, {limits});
  await planned(world);
  await testStage(world.context);
  return world;
};
const ending = ({context}: World): {outcome: string; summary: string} => {
  const {outcome, summary} = context.of('stage.ended').at(-1)?.data ?? {outcome: '', summary: ''};
  return {outcome, summary};
};
const phases = (context: MemoryContext): Record<string, string> =>
  Object.fromEntries([...context.state().hosts].map(([name, record]) => [name, record.phase]));
const installs = (world: World): string[] =>
  world.context.of('job.intended').flatMap(({data: {job}}) => (job.kind === 'install' ? [job.host] : []));
/** Its installation ends as one whose postinst failed. */
const failInstall = (world: World, host: string): void =>
  world.on(host, 'apt.installed', answer =>
    world.asked.includes(`${host} job.remove`) && installs(world).includes(host)
      ? answer.replace(/^(openssl\t.*)ii $/m, '$1iF ')
      : answer,
  );

const hosts = {web0: {canary: true}, web3: {wave: 3}, web1: {wave: 1}, web2: {wave: 2}, web2b: {wave: 2}};

describe('the deploy stage', () => {
  it('takes the waves in their order, each when the one before is done, and not the canary again', async () => {
    const world = await tested(hosts);
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'complete', summary: '5 done'});
    expect(installs(world)).toEqual(['web0', 'web1', 'web2', 'web2b', 'web3']);
    const story = world.context.recorded.flatMap(body => {
      if (body.type === 'wave.started') return [`wave ${body.data.wave} of ${body.data.size}`];
      if (body.type === 'wave.ended')
        return [`wave ${body.data.wave} ${body.data.outcome}: ${body.data.summary}`];
      if (body.type === 'host.phase' && body.data.phase === 'done') return [body.data.host];
      return [];
    });
    expect(story.slice(1).map(line => (line.startsWith('web2') ? 'web2?' : line))).toEqual([
      ...['wave 1 of 1', 'web1', 'wave 1 done: 1 done'],
      ...['wave 2 of 2', 'web2?', 'web2?', 'wave 2 done: 2 done'],
      ...['wave 3 of 1', 'web3', 'wave 3 done: 1 done'],
    ]);
  });

  it('takes a machine that others run on after all of them, alone and not as a canary', async () => {
    const world = await tested({
      metal: {canary: true},
      web0: {canary: true},
      web1: {wave: 3, runsOn: 'metal'},
      web2: {},
    });
    expect(installs(world)).toEqual(['web0']);
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'complete', summary: '4 done'});
    expect(installs(world)).toEqual(['web0', 'web2', 'web1', 'metal']);
    expect(world.context.of('wave.started').map(({data}) => data)).toEqual([
      {wave: 1, size: 1, allowed: 0},
      {wave: 3, size: 1, allowed: 0},
      {wave: 1001, size: 1, allowed: 0},
    ]);
  });

  it('that is narrowed takes the named hosts alone, is stopped, and goes on with the others', async () => {
    const world = await tested(hosts);
    await deploy(world.context, ['web2']);
    expect(ending(world)).toEqual({outcome: 'stopped', summary: '2 done, 3 not begun'});
    expect(installs(world)).toEqual(['web0', 'web2']);
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'complete', summary: '5 done'});
    expect(installs(world)).toEqual(['web0', 'web2', 'web1', 'web2b', 'web3']);
  });

  it('begins no further wave after one that failed, and says whose it was', async () => {
    const world = await tested(hosts, {concurrency: 1});
    failInstall(world, 'web2');
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'incomplete', summary: '2 done, 2 not begun, 1 failed'});
    expect(world.context.of('wave.ended').map(({data}) => data)).toEqual([
      {wave: 1, outcome: 'done', summary: '1 done'},
      {wave: 2, outcome: 'failed', summary: '0 done, 1 failed (web2), 1 not begun'},
    ]);
    expect(phases(world.context)).toEqual({
      web0: 'done',
      web1: 'done',
      web2: 'failed',
      web2b: 'staged',
      web3: 'staged',
    });
    expect(world.context.recordOf('web2')).toMatchObject({
      note: 'the manager called it a success, but openssl 3.0.22-1~deb12u2 is not configured (iF)',
      troubles: [{code: 'host.not-as-planned', suspects: ['apt:openssl@3.0.22-1~deb12u2']}],
    });
  });

  it('goes on through as many failures as are allowed, and is incomplete all the same', async () => {
    const world = await tested(hosts, {concurrency: 1, failuresAllowed: 1});
    failInstall(world, 'web1');
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'incomplete', summary: '4 done, 1 failed'});
    expect(phases(world.context)).toMatchObject({web1: 'failed', web2: 'done', web2b: 'done', web3: 'done'});
  });

  it('begins no further wave once it is to stop after this one', async () => {
    const world = await tested(hosts, {concurrency: 1});
    world.on('web2', 'host.inhibit-updaters', answer => {
      void world.context.record({type: 'run.stopping', data: {how: 'after-wave', reason: 'enough'}});
      return answer;
    });
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'stopped', summary: '4 done, 1 not begun'});
    expect(world.context.of('wave.ended').at(-1)?.data).toMatchObject({wave: 2, outcome: 'done'});
  });

  it('begins no further host once it is to stop, and follows those at work to their end', async () => {
    const world = await tested(hosts, {concurrency: 1});
    world.on('web2', 'host.inhibit-updaters', answer => {
      void world.context.record({type: 'run.stopping', data: {how: 'after-hosts', reason: 'enough'}});
      return answer;
    });
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'stopped', summary: '3 done, 2 not begun'});
    expect(phases(world.context)).toMatchObject({web2: 'done', web2b: 'staged', web3: 'staged'});
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'complete', summary: '5 done'});
  });

  it('leaves out hosts that were left out, and does not wait for them', async () => {
    const world = await tested(hosts);
    await world.context.record({type: 'host.left-out', data: {host: 'web3', reason: 'being moved'}});
    await deploy(world.context);
    expect(ending(world)).toEqual({outcome: 'complete', summary: '4 done'});
    expect(world.context.recordOf('web3').phase).toBe('staged');
  });

  it('with a host whose state is unknown is incomplete', async () => {
    const world = await tested({web0: {canary: true}, web1: {}});
    world.on('web1', 'job.poll', (answer, n) =>
      n > 1 ? '@@ state\ndied\n@@ size\n0\n@@ log\n@@ end\n' : answer,
    );
    await deploy(world.context);
    expect(ending(world)).toMatchObject({outcome: 'incomplete'});
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'unknown', troubles: [{code: 'job.died'}]});
  });
});
