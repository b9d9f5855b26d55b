import {describe, expect, it} from 'vitest';
import type {PatchdeckError} from '../../src/model/error.ts';
import {planSchema, type Plan} from '../../src/model/plan.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {identify} from '../../src/stages/identify.ts';
import {lockPlan} from '../../src/stages/lock-plan.ts';
import {createWorld, linkFault, scanned, type World} from '../rollout/simulated-hosts.ts';
import {jobId, rejection} from '../store/example-run.ts';

const openssl = 'apt:openssl@3.0.22-1~deb12u2';
const tzdata = 'apt:tzdata@2026f-0+deb12u1';
const curl = 'apt:curl@7.88.1-10+deb12u15';

const lock = (
  {context}: World,
  chosen: string[],
  reboot: Plan['reboot'] = 'never',
  blocked: ReadonlyMap<string, string> = new Map(),
): Promise<void> => lockPlan(context, {chosen: new Set(chosen), reboot, blocked}, 'test');
const refusal = async (
  work: Promise<void>,
): Promise<Pick<PatchdeckError, 'kind' | 'code' | 'message' | 'next'>> => {
  const {kind, code, message, next} = (await rejection(work)) as PatchdeckError;
  return {kind, code, message, next};
};
const planOf = async ({context}: World): Promise<Plan> =>
  await readDocument(context, context.state().run.plan?.digest ?? '', planSchema);

describe('a plan that is locked', () => {
  it('has the exact changes of each host, in the order of the inventory', async () => {
    const world = createWorld({web1: {}, web2: {}, web3: {}});
    await scanned(world);
    await lock(world, [openssl, tzdata], 'when-needed');
    const plan = await planOf(world);
    expect(plan).toMatchObject({v: 1, run: 'run-1', revision: 1, reboot: 'when-needed'});
    expect(plan.hosts.map(({host}) => host)).toEqual(['web1', 'web2', 'web3']);
    expect(plan.hosts[0]?.patches).toEqual([openssl, tzdata]);
    expect(plan.hosts[0]?.steps).toHaveLength(1);
    expect(plan.hosts[0]?.steps[0]?.changes).toContainEqual({
      manager: 'apt',
      name: 'libssl3',
      arch: 'amd64',
      from: '3.0.20-1~deb12u2',
      to: '3.0.22-1~deb12u2',
    });
    expect(world.context.state().run.plan).toMatchObject({hosts: 3, changes: 9, revision: 1});
    expect(world.context.recordOf('web2')).toMatchObject({phase: 'queued', planned: {changes: 3}});
  });

  it('has nothing for a host that was only scanned shallowly, and is not locked without it in silence', async () => {
    const world = createWorld({web1: {criticality: 'low', exposure: 'isolated'}, web2: {}});
    const rule = {criticality: 'low', exposure: 'isolated'} as const;
    await identify(world.context, ['web1', 'web2'], rule);
    // Its old lists do not even know of it.
    world.on('web1', 'apt.glance', answer => answer.replaceAll(/^.*(openssl|libssl3).*\n/gm, ''));
    await identify(world.context, ['web1', 'web2'], rule);
    expect(await refusal(lock(world, [openssl]))).toMatchObject({
      kind: 'gate',
      code: 'plan.shallow',
      message: expect.stringContaining('of web1 there is only a shallow scan') as string,
      next: 'scan it whole (patchdeck scan web1) and rank again, or leave it out by name',
    });
    expect(world.asked.filter(line => line.includes('apt.simulate'))).toEqual([]);

    // A policy that has it on the other one alone asks nothing of it.
    const only = {[openssl]: ['web2']};
    const wish = {chosen: new Set([openssl]), reboot: 'never', blocked: new Map(), only} as const;
    await lockPlan(world.context, wish, 'test');
    expect((await planOf(world)).hosts.map(({host}) => host)).toEqual(['web2']);

    await identify(world.context, ['web1']);
    await lock(world, [openssl]);
    expect((await planOf(world)).hosts.map(({host}) => host)).toEqual(['web1', 'web2']);
  });

  it('has a patch on the hosts that are named for it alone', async () => {
    const world = createWorld({web1: {}, web2: {}, web3: {}});
    await scanned(world);
    const chosen = new Set([openssl, tzdata]);
    const only = {[openssl]: ['web3'], [tzdata]: ['web1', 'web3']};
    await lockPlan(world.context, {chosen, reboot: 'never', blocked: new Map(), only}, 'test');
    const {hosts} = await planOf(world);
    expect(hosts.map(({host, patches}) => [host, ...patches])).toEqual([
      ['web1', tzdata],
      ['web3', openssl, tzdata],
    ]);
  });

  it('does the same in another run and revision: its content has the same digest', async () => {
    const [first, second] = [createWorld({web1: {}}), createWorld({web1: {}})];
    for (const world of [first, second]) await scanned(world);
    await lock(first, [openssl]);
    await lock(second, [tzdata]);
    await lock(second, [openssl]);
    const [one, two] = [first.context.state().run.plan, second.context.state().run.plan];
    expect(two).toMatchObject({revision: 2, content: one?.content});
    expect(two?.digest).not.toBe(one?.digest);
  });

  it('is locked last: every host of it is recorded before', async () => {
    const world = createWorld({web1: {}, web2: {}});
    await scanned(world);
    await lock(world, [openssl]);
    expect(world.context.recorded.slice(-3).map(({type}) => type)).toEqual([
      'host.planned',
      'host.planned',
      'plan.locked',
    ]);
  });

  it('is the same, with the same digest, in whatever order it was chosen', async () => {
    const digests: unknown[] = [];
    for (const chosen of [
      [tzdata, openssl],
      [openssl, tzdata],
    ]) {
      const world = createWorld({web1: {}, web2: {}});
      await scanned(world);
      await lock(world, chosen);
      digests.push(world.context.state().run.plan?.digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it('counts its revisions', async () => {
    const world = createWorld({web1: {}});
    await scanned(world);
    await lock(world, [openssl]);
    await lock(world, [tzdata]);
    expect(world.context.state().run.plan?.revision).toBe(2);
  });

  it('leaves hosts that are done with the plan they were done under, and hosts that were left out with none', async () => {
    const world = createWorld({web1: {}, web2: {}, web3: {}});
    await scanned(world);
    await lock(world, [openssl]);
    const first = world.context.state().run.plan?.digest;
    await world.context.record({type: 'host.phase', data: {host: 'web1', phase: 'done', note: ''}});
    await world.context.record({type: 'host.left-out', data: {host: 'web3', reason: 'moved'}});
    await lock(world, [tzdata]);
    expect((await planOf(world)).hosts.map(({host}) => host)).toEqual(['web2']);
    expect(world.context.recordOf('web1').planned?.planDigest).toBe(first);
    expect(world.context.recordOf('web1').phase).toBe('done');
  });

  it('does not take a held package, whatever was chosen', async () => {
    const world = createWorld({web1: {}, web2: {}}, {held: {web1: ['openssl', 'libssl3']}});
    await scanned(world);
    await lock(world, [openssl]);
    expect((await planOf(world)).hosts.map(({host}) => host)).toEqual(['web2']);
  });

  it('of a reboot alone has hosts that want one, without changes', async () => {
    const world = createWorld({web1: {}, web2: {}});
    world.on('web1', 'host.facts', answer => answer.replace(/@@ reboot\n/, '@@ reboot\nlinux-base\n'));
    await scanned(world);
    await lock(world, [], 'when-needed');
    expect((await planOf(world)).hosts).toMatchObject([{host: 'web1', patches: [], steps: []}]);
  });
});

describe('a plan that is refused', () => {
  it('names what is blocked', async () => {
    const world = createWorld({web1: {}});
    await scanned(world);
    expect(
      await refusal(lock(world, [openssl, tzdata], 'never', new Map([[openssl, 'it crashes']]))),
    ).toEqual({
      kind: 'gate',
      code: 'plan.blocked',
      message: `the plan was not locked: ${openssl} is blocked`,
      next: 'choose without it, or unblock it',
    });
    expect(world.context.state().run.plan).toBeUndefined();
  });

  it('names the host on which something blocked would come with what was chosen', async () => {
    const world = createWorld({web1: {}, web2: {}});
    await scanned(world);
    world.on('web2', 'apt.simulate', answer =>
      answer.replace(
        '@@ native',
        'Inst tzdata [2026b-0+deb12u1] (2026f-0+deb12u1 Debian-Security:12/oldstable-security [all])\n@@ native',
      ),
    );
    const {code, message} = await refusal(lock(world, [openssl], 'never', new Map([[tzdata, 'wrong']])));
    expect(code).toBe('plan.refused');
    expect(message).toBe(`the plan was not locked: web2: ${tzdata} is blocked and would come with it`);
    expect(world.context.of('host.planned')).toEqual([]);
  });

  it('names each host whose package manager refuses, and plans none of them', async () => {
    const world = createWorld({web1: {}, web2: {}, web3: {}});
    await scanned(world);
    for (const host of ['web1', 'web3'])
      world.on(host, 'apt.simulate', answer =>
        answer.replace('@@ native', 'E: held broken packages\n@@ native'),
      );
    expect(await refusal(lock(world, [openssl]))).toMatchObject({
      code: 'plan.refused',
      message:
        'the plan was not locked: web1: apt refuses what is chosen: held broken packages; web3: apt refuses what is chosen: held broken packages',
      next: 'leave these hosts out by name, or choose otherwise',
    });
    expect(world.context.of('host.planned')).toEqual([]);
  });

  it('names a host that cannot be reached: none drops out of a plan in silence', async () => {
    const world = createWorld({web1: {}, web2: {}});
    await scanned(world);
    world.on('web2', 'apt.simulate', () => {
      throw linkFault('ssh.timeout');
    });
    expect(await refusal(lock(world, [openssl]))).toMatchObject({
      code: 'plan.refused',
      message: 'the plan was not locked: web2: it is ssh.timeout',
    });
  });

  it('names three of many', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const world = createWorld(Object.fromEntries(names.map(name => [name, {}])));
    await scanned(world);
    for (const name of names) {
      world.on(name, 'apt.simulate', () => {
        throw linkFault('ssh.timeout');
      });
    }
    expect((await refusal(lock(world, [openssl]))).message).toMatch(
      /; [a-e]: it is ssh.timeout and 2 more hosts$/,
    );
  });

  it('names what is chosen and no host would take: it does not drop out of a plan in silence', async () => {
    const world = createWorld({web1: {}, web2: {}}, {held: {web1: ['tzdata'], web2: ['tzdata']}});
    await scanned(world);
    expect(await refusal(lock(world, [openssl, tzdata]))).toMatchObject({
      code: 'plan.kept',
      message: expect.stringMatching(
        /^the plan was not locked: no host would take all that is chosen: apt:tzdata@\S+ is held on web2$/,
      ) as string,
      next: 'choose without it, or: ask its owner why it is held, then release it on the host (apt-mark unhold)',
    });
    await lock(world, [openssl]);
    expect((await planOf(world)).hosts).toHaveLength(2);
  });

  it('says when nothing is chosen, or nothing of it is pending', async () => {
    const world = createWorld({web1: {}});
    await scanned(world);
    const empty = {code: 'plan.empty', message: 'the plan was not locked: what is chosen changes no host'};
    expect(await refusal(lock(world, []))).toMatchObject(empty);
    expect(await refusal(lock(world, ['apt:none-such@1']))).toMatchObject(empty);
  });

  it('does not lose the way back of a host that stopped in the middle of the earlier plan', async () => {
    const world = createWorld({web1: {}, web2: {}});
    await scanned(world);
    await lock(world, [openssl]);
    const planDigest = world.context.state().run.plan?.digest ?? '';
    const job = {
      id: jobId(7),
      host: 'web2',
      kind: 'install',
      planDigest,
      bootId: 'b',
      machineId: 'm',
    } as const;
    await world.context.record({type: 'job.intended', data: {job}});
    await world.context.record({type: 'host.phase', data: {host: 'web2', phase: 'failed', note: ''}});
    expect(await refusal(lock(world, [curl]))).toMatchObject({
      code: 'plan.halfway',
      message:
        'the plan was not locked: web2 stopped in the middle of the earlier plan: a new one would lose the way back',
      next: 'roll each back, or try it again, first',
    });
    await world.context.record({type: 'host.phase', data: {host: 'web2', phase: 'rolled back', note: ''}});
    await lock(world, [curl]);
    expect(world.context.state().run.plan?.revision).toBe(2);
  });
});
