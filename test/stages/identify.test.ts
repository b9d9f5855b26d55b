import {describe, expect, it} from 'vitest';
import {scanSchema} from '../../src/model/scan.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {identify} from '../../src/stages/identify.ts';
import {createWorld, linkFault, type World} from '../rollout/simulated-hosts.ts';

const run = async (world: World): Promise<{outcome: string; summary: string}> => {
  await identify(world.context, [...world.context.state().hosts.keys()]);
  const {outcome, summary} = world.context.of('stage.ended').at(-1)?.data ?? {outcome: '', summary: ''};
  return {outcome, summary};
};

describe('the identify stage', () => {
  it('asks every host, and keeps all it said as a file', async () => {
    const world = createWorld({web1: {}, web2: {}});
    expect(await run(world)).toEqual({
      outcome: 'complete',
      summary: '2 of 2 hosts answered, 18 updates pending, 12 of them security',
    });
    const {scan} = world.context.recordOf('web1');
    expect(scan).toMatchObject({
      updates: 9,
      security: 6,
      held: 0,
      broken: 0,
      rebootWanted: false,
      failedUnits: 0,
    });
    const kept = await readDocument(world.context, scan?.file ?? '', scanSchema);
    expect(kept).toMatchObject({host: 'web1', facts: {os: {codename: 'bookworm'}}});
    const {baseline} = scanSchema.parse(kept);
    expect(baseline?.activeServices).toContain('ssh.service');
    expect(baseline?.sockets.length).toBeGreaterThan(0);
    expect(baseline?.mounts).toContain('/');
    expect(baseline?.disks[0]?.freeBytes).toBeGreaterThan(0);
    expect(kept.updates).toHaveLength(9);
  });

  it('counts no failed units where nobody tells of services: that is not none', async () => {
    const world = createWorld({web1: {}});
    world.on('web1', 'host.baseline', answer => answer.replace('@@ failed\n', '@@ failed\n? nobody tells\n'));
    await run(world);
    const {scan} = world.context.recordOf('web1');
    expect(scan?.failedUnits).toBeUndefined();
    const {baseline} = scanSchema.parse(await readDocument(world.context, scan?.file ?? '', scanSchema));
    expect(baseline?.servicesUnknown).toBe('nobody tells');
  });

  it('refreshes the lists before it asks what is pending', async () => {
    const world = createWorld({web1: {}});
    await run(world);
    expect(world.asked).toEqual(
      ['host.facts', 'host.baseline', 'apt.refresh', 'apt.pending', 'apt.installed', 'apt.foreign'].map(
        verb => `web1 ${verb}`,
      ),
    );
  });

  it('only glances at hosts of low risk where it is told so, and says what that cannot say', async () => {
    const low = {criticality: 'low', exposure: 'internal'} as const;
    const world = createWorld({
      web1: low,
      web2: {...low, exposure: 'internet'},
      web3: {exposure: 'isolated'},
    });
    const glance = (): Promise<void> =>
      identify(world.context, ['web1', 'web2', 'web3'], {criticality: 'low', exposure: 'internal'});
    await glance();
    const asked = (host: string): string[] =>
      world.asked.filter(line => line.startsWith(host)).map(line => line.split(' ')[1] ?? '');
    expect(asked('web1')).toEqual([
      'host.facts',
      'host.baseline',
      'apt.lists',
      'apt.glance',
      'apt.installed',
      'apt.foreign',
    ]);
    // Neither one that faces the internet, nor one of which the inventory does not say how much hangs on it.
    for (const host of ['web2', 'web3']) expect(asked(host)).toContain('apt.refresh');
    const depthOf = (host: string) => world.context.recordOf(host).scan?.depth;
    expect(['web1', 'web2', 'web3'].map(depthOf)).toEqual(['shallow', undefined, undefined]);
    const {scan} = world.context.recordOf('web1');
    expect(scan?.limits).toEqual([
      expect.stringMatching(/^a shallow scan.*were not refreshed.*what is pending may be more$/),
    ]);
    expect((await readDocument(world.context, scan?.file ?? '', scanSchema)).depth).toBe('shallow');
    expect(world.context.of('stage.ended').at(-1)?.data.summary).toContain(
      '1 scanned shallowly, more may be pending there',
    );

    await identify(world.context, ['web1']);
    expect(world.context.recordOf('web1').scan).not.toHaveProperty('depth');
    expect(world.context.recordOf('web1').scan).not.toHaveProperty('limits');
    // What is known whole is not forgotten for a glance.
    await glance();
    expect(depthOf('web1')).toBeUndefined();
  });

  it('without root takes the lists as they are, and says what it cannot say', async () => {
    const world = createWorld({web1: {}, web2: {}});
    world.on('web2', 'apt.refresh', () => {
      throw linkFault('become.none');
    });
    world.on('web2', 'apt.lists', () => '@@ refreshed\n1795658400\n@@ end\n');
    expect((await run(world)).outcome).toBe('complete');
    const limits = world.context.recordOf('web2').scan?.limits;
    expect(limits).toEqual([
      expect.stringContaining('were not refreshed, which only root may: they are of 2026-11-26 02:00 UTC'),
      expect.stringContaining('nothing can be installed'),
    ]);
    const scan = world.context.recordOf('web2').scan?.updates;
    expect([scan, world.context.recordOf('web1').scan?.limits]).toEqual([9, undefined]);
    world.on('web2', 'apt.lists', () => '@@ refreshed\n@@ end\n');
    await run(world);
    expect(world.context.recordOf('web2').scan?.limits?.[0]).toContain('nobody knows how old they are');
  });

  it.each([
    [
      'whose lists could not be refreshed: what is pending is unknown, not nothing',
      'apt.refresh',
      () => '@@ code\n0\n@@ failures\nW: Failed to fetch http://mirror.example/InRelease\n@@ end\n',
      'host.stale-lists',
      'could not be refreshed (W: Failed to fetch http://mirror.example/InRelease); what is pending is unknown',
    ],
    [
      'without a package manager',
      'host.facts',
      (answer: string) => answer.replace(/@@ managers\napt\n/, '@@ managers\ndnf\n'),
      'host.no-manager',
      'has no package manager that patchdeck knows; what is pending on it is unknown',
    ],
    [
      'that cannot be reached',
      'host.facts',
      () => {
        throw linkFault('ssh.refused');
      },
      'ssh.refused',
      'it is ssh.refused',
    ],
    [
      'whose answer is cut short',
      'apt.pending',
      (answer: string) => answer.slice(0, answer.length / 2),
      'host.bad-answer',
      'it was cut short; nothing was taken from it',
    ],
  ])('a host %s is named, and the stage incomplete', async (_, verb, change, code, what) => {
    const world = createWorld({web1: {}, web2: {}});
    world.on('web2', verb, change);
    expect(await run(world)).toEqual({
      outcome: 'incomplete',
      summary: '1 of 2 hosts answered, 9 updates pending, 6 of them security',
    });
    const record = world.context.recordOf('web2');
    expect(record.scan).toBeUndefined();
    expect(record.unreachable).toMatchObject({code});
    expect(record.unreachable?.what).toContain(what);
    // It answers later.
    world.on('web2', verb, answer => answer);
    expect((await run(world)).outcome).toBe('complete');
    expect(world.context.recordOf('web2')).toMatchObject({troubles: []});
  });

  it.each([
    ['VERSION_ID="12"', {state: 'limited', sentence: expect.stringContaining('LTS only since') as string}],
    ['VERSION_ID="99"', {state: 'unknown', sentence: 'until when debian 99 is supported is not known'}],
  ])('says of a release with %s how far it is supported', async (version, support) => {
    const world = createWorld({web1: {}});
    world.on('web1', 'host.facts', answer => answer.replace('VERSION_ID="12"', version));
    await run(world);
    expect(world.context.recordOf('web1').scan).toMatchObject({support});
    expect(world.context.recordOf('web1').scan).not.toHaveProperty('endOfLife');
  });

  it('never says of a host that it wants no reboot where nothing there can tell', async () => {
    const world = createWorld({web1: {}});
    world.on('web1', 'host.facts', answer =>
      answer.replace('@@ reboot\n', '@@ reboot\n? no plugin says so\n'),
    );
    await run(world);
    expect(world.context.recordOf('web1').scan).toMatchObject({
      rebootWanted: false,
      rebootUnknown: 'whether it wants a reboot is not known: no plugin says so',
    });
  });

  it('counts what is held, broken and not installable, and who wants a reboot', async () => {
    const world = createWorld({web1: {}}, {held: {web1: ['sudo']}});
    world.on('web1', 'host.facts', answer =>
      answer.replace('@@ broken\n', '@@ broken\ncurl\n').replace('@@ reboot\n', '@@ reboot\nlinux-base\n'),
    );
    await run(world);
    expect(world.context.recordOf('web1').scan).toMatchObject({
      held: 1,
      broken: 1,
      notInstalled: 1,
      rebootWanted: true,
    });
  });
});
