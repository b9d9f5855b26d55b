import {describe, expect, it} from 'vitest';
import {rollBackHosts} from '../../src/engine/operations.ts';
import {deploy} from '../../src/stages/deploy.ts';
import {test as testStage} from '../../src/stages/test.ts';
import {verify} from '../../src/stages/verify.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {scanSchema} from '../../src/model/scan.ts';
import {createWorld, linkFault, planned, type World} from '../rollout/simulated-hosts.ts';

const deployed = async (): Promise<World> => {
  const world = createWorld({web1: {canary: true}, web2: {}});
  await planned(world);
  await testStage(world.context);
  await deploy(world.context);
  return world;
};
const run = async (world: World, only?: string[]): Promise<{outcome: string; summary: string}> => {
  await verify(world.context, only);
  const {outcome, summary} = world.context.of('stage.ended').at(-1)?.data ?? {outcome: '', summary: ''};
  return {outcome, summary};
};
const findings = (world: World, host: string): string[] | undefined =>
  world.context.recordOf(host).verified?.findings;

describe('the verify stage', () => {
  it('proves every host by a new scan, and lets go of what was held off on it', async () => {
    const world = await deployed();
    expect(world.context.recordOf('web2').leases).toHaveLength(1);
    expect(world.host('web2').updaters.active).toEqual([]);
    expect(await run(world)).toEqual({
      outcome: 'complete',
      summary: '2 of 2 hosts proven to be as planned',
    });
    expect(world.context.recordOf('web2')).toMatchObject({leases: [], verified: {good: true, findings: []}});
    expect(world.host('web2').updaters.active).not.toEqual([]);
    // What it rests on is kept: what was pending at the first scan is not any more.
    const {verified, scan} = world.context.recordOf('web2');
    const pendingIn = async (file = ''): Promise<string[]> =>
      (await readDocument(world.context, file, scanSchema)).updates.map(({name}) => name);
    const gone = world.context.recordOf('web2').planned?.changes ?? 0;
    expect((await pendingIn(scan?.file)).length - (await pendingIn(verified?.scan)).length).toBe(gone);
    // By identify, test and verify.
    expect(world.asked.filter(line => line === 'web2 apt.refresh')).toHaveLength(3);
  });

  it('finds what somebody changed since', async () => {
    const world = await deployed();
    world.on('web2', 'apt.installed', answer => answer.replace(/^sudo\t\S+/m, 'sudo\t9.9'));
    expect(await run(world)).toEqual({
      outcome: 'incomplete',
      summary: '1 of 2 hosts proven to be as planned',
    });
    expect(findings(world, 'web2')).toEqual(['sudo is 9.9, not 1.9.13p3-1+deb12u3 (not planned)']);
  });

  it('finds services that run replaced code, a reboot that is wanted, and what is worse than before', async () => {
    const world = await deployed();
    world.on('web2', 'host.stale-units', () => '@@ units\nssh.service\ninit.scope\n@@ end\n');
    world.on('web2', 'host.facts', answer => answer.replace('@@ reboot\n', '@@ reboot\ndbus\n'));
    world.on('web2', 'host.baseline', answer => answer.replace('cron.service\n', ''));
    await run(world);
    expect(findings(world, 'web2')).toEqual([
      'ssh.service still runs replaced code',
      'init.scope still runs replaced code',
      'needs a reboot: asked for by dbus',
      'cron.service ran before and does not now',
    ]);
  });

  it('says of a host that cannot be asked that it cannot: it is not as planned', async () => {
    const world = await deployed();
    world.on('web2', 'host.facts', () => {
      throw linkFault('ssh.timeout');
    });
    expect((await run(world)).outcome).toBe('incomplete');
    expect(findings(world, 'web2')).toEqual(['it is ssh.timeout']);
    world.on('web2', 'host.facts', answer => answer);
    expect((await run(world, ['web2'])).outcome).toBe('complete');
  });

  it('proves of a host that was taken back that it is as before', async () => {
    const world = await deployed();
    await world.context.record({type: 'host.attempt', data: {host: 'web2', why: 'rollback', reason: 'test'}});
    await rollBackHosts(world.context, ['web2']);
    expect(world.context.recordOf('web2').phase).toBe('rolled back');
    expect(world.host('web2').packages.get('openssl')?.version).toBe('3.0.20-1~deb12u2');
    expect(await run(world)).toMatchObject({outcome: 'complete'});
    expect(findings(world, 'web2')).toEqual([]);
  });

  it('names hosts that failed and hosts that were not begun', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}, web3: {}});
    await planned(world);
    await testStage(world.context);
    world.on('web2', 'job.poll', () => '@@ state\ninterrupted\n@@ size\n0\n@@ log\n@@ end\n');
    await deploy(world.context, ['web2']);
    await run(world);
    expect(findings(world, 'web2')?.[0]).toBe('its upgrade ended unknown');
    expect(findings(world, 'web3')).toEqual(['nothing was changed: it is staged']);
  });

  it('says of a skipped host that it is not patched, and is complete when the others are as planned', async () => {
    const world = createWorld({web1: {canary: true}, web2: {}, web3: {}});
    await planned(world);
    await testStage(world.context);
    await world.context.record({type: 'host.phase', data: {host: 'web3', phase: 'skipped', note: 'busy'}});
    await deploy(world.context);
    expect(await run(world)).toEqual({
      outcome: 'complete',
      summary: '2 of 3 hosts proven to be as planned; skipped, not patched: web3',
    });
    expect(world.context.recordOf('web3').verified).toMatchObject({
      good: false,
      findings: ['skipped: not patched'],
    });
  });

  it('asks a host that was taken back and skipped then whether it is as before', async () => {
    const world = await deployed();
    await world.context.record({type: 'host.attempt', data: {host: 'web2', why: 'rollback', reason: 'test'}});
    await rollBackHosts(world.context, ['web2']);
    await world.context.record({type: 'host.phase', data: {host: 'web2', phase: 'skipped', note: 'busy'}});
    await run(world);
    expect(findings(world, 'web2')).toEqual(['skipped: not patched']);
  });

  it('of some hosts asks these alone, and counts all', async () => {
    const world = await deployed();
    expect(await run(world, ['web1'])).toEqual({
      outcome: 'incomplete',
      summary: '1 of 2 hosts proven to be as planned',
    });
    expect(world.context.recordOf('web2').verified).toBeUndefined();
  });
});
