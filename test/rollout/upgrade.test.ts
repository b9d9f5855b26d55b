import {describe, expect, it} from 'vitest';
import {isReachable} from '../../src/demo/host.ts';
import {releaseUpdaters} from '../../src/hosts/updaters.ts';
import type {HostPlan} from '../../src/model/plan.ts';
import type {RolloutLimits} from '../../src/rollout/context.ts';
import {lockedPlan} from '../../src/rollout/locked-plan.ts';
import {prepareHost} from '../../src/rollout/prepare.ts';
import {rollBackHost} from '../../src/rollout/roll-back.ts';
import {upgradeHost} from '../../src/rollout/upgrade.ts';
import {rejection} from '../store/example-run.ts';
import {createWorld, planned, type World} from './simulated-hosts.ts';

type Ready = {world: World; plan: HostPlan; digest: string};

/** web1 is staged, and its upgrade may begin. */
const staged = async (
  reboot: 'never' | 'when-needed' = 'never',
  limits: Partial<RolloutLimits> = {},
): Promise<Ready> => {
  const world = createWorld({web1: {}}, {limits});
  const digest = await planned(world, ['openssl', 'tzdata'], reboot);
  const [plan] = (await lockedPlan(world.context)).plan.hosts;
  if (plan === undefined) throw new Error('web1 is not in the plan');
  await prepareHost(world.context, plan, digest);
  return {world, plan, digest};
};
const upgrade = ({world, plan, digest}: Ready, reboot: 'never' | 'when-needed' = 'never'): Promise<void> =>
  upgradeHost(world.context, plan, digest, reboot);
const noteOf = ({world}: Ready): string => world.context.recordOf('web1').note;
const begun = ({world}: Ready, kind: string): number =>
  world.context.of('job.intended').filter(({data: {job}}) => job.kind === kind).length;

describe('an upgrade', () => {
  it('stops before the first change on a host that has drifted', async () => {
    const ready = await staged();
    ready.world.on('web1', 'apt.installed', answer =>
      answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026c-0+deb12u1'),
    );
    expect(await rejection(upgrade(ready))).toMatchObject({
      phase: 'failed',
      code: 'host.drift',
      message: 'tzdata is 2026c-0+deb12u1, the plan was made for 2026b-0+deb12u1; nothing was changed',
    });
    expect(begun(ready, 'install')).toBe(0);
  });

  it('stops before the first change where the lock is held', async () => {
    const ready = await staged();
    ready.world.on('web1', 'host.preflight', answer =>
      answer.replace('@@ locks\n', '@@ locks\napt\tapt (pid 9)\n'),
    );
    expect(await rejection(upgrade(ready))).toMatchObject({code: 'host.not-ready'});
    expect(begun(ready, 'install')).toBe(0);
  });

  it('stops before the first change where the dry run is no longer the plan', async () => {
    const ready = await staged();
    ready.world.on('web1', 'apt.simulate-staged', answer =>
      answer.replace('@@ native', 'Remv curl [7.88.1-10+deb12u14]\n@@ native'),
    );
    expect(await rejection(upgrade(ready))).toMatchObject({code: 'host.drift'});
    expect(begun(ready, 'install')).toBe(0);
  });

  it('stops on a host without a way back for this plan', async () => {
    const world = createWorld({web1: {}});
    const digest = await planned(world);
    const [plan] = (await lockedPlan(world.context)).plan.hosts;
    if (plan === undefined) throw new Error('web1 is not in the plan');
    expect(await rejection(upgradeHost(world.context, plan, digest, 'never'))).toMatchObject({
      code: 'host.not-staged',
      next: 'run the test stage',
    });
  });

  it('of what is there already is done, without an installation', async () => {
    const ready = await staged();
    ready.world.on('web1', 'apt.installed', answer =>
      answer
        .replace(/^(openssl|libssl3)\t\S+/gm, '$1\t3.0.22-1~deb12u2')
        .replace(/^tzdata\t\S+/m, 'tzdata\t2026f-0+deb12u1'),
    );
    await upgrade(ready);
    expect(noteOf(ready)).toBe('already installed and healthy');
    expect(begun(ready, 'install')).toBe(0);
  });

  it('is not healthy all round where nobody tells of services', async () => {
    const ready = await staged();
    ready.world.on('web1', 'host.baseline', answer =>
      answer.replace(/@@ failed\n[^@]*@@ services\n[^@]*/, '@@ failed\n? nobody tells\n@@ services\n'),
    );
    await upgrade(ready);
    expect(noteOf(ready)).toBe('3 packages and healthy but for its services, not looked at: nobody tells');
  });

  it('that the manager calls a success is not one while a package is not as planned', async () => {
    const ready = await staged();
    ready.world.on('web1', 'apt.installed', (answer, n) =>
      n > 2 ? answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026b-0+deb12u1') : answer,
    );
    expect(await rejection(upgrade(ready))).toMatchObject({
      phase: 'failed',
      code: 'host.not-as-planned',
      message: 'the manager called it a success, but tzdata is 2026b-0+deb12u1, not 2026f-0+deb12u1',
      suspects: ['apt:tzdata@2026f-0+deb12u1'],
    });
  });

  it.each([
    [
      'its automatic mark',
      (answer: string) => answer.replace('libssl3\n', ''),
      'libssl3 lost or gained its automatic mark',
    ],
    [
      'a hold',
      (answer: string) => answer.replace('@@ held\n', '@@ held\nopenssl\n'),
      'openssl lost or gained its hold',
    ],
  ])('after which a package is without %s, or has one, is not as planned', async (_, change, what) => {
    const ready = await staged();
    ready.world.on('web1', 'apt.marks', (answer, n) => (n > 1 ? change(answer) : answer));
    expect(await rejection(upgrade(ready))).toMatchObject({
      code: 'host.not-as-planned',
      message: `the manager called it a success, but ${what}`,
    });
  });

  it('names configuration that somebody has to look at', async () => {
    const ready = await staged();
    const paths = ['/etc/a.conf', '/etc/a.conf.rpmsave', '/etc/b.conf.dpkg-dist', '/etc/\u001b[31mc.rpmnew'];
    ready.world.on('web1', 'apt.changed-configuration', answer =>
      answer.replace('@@ changed\n', `@@ changed\n${paths.join('\n')}\n`),
    );
    await upgrade(ready);
    expect(noteOf(ready)).toBe(
      "3 packages and healthy; edited configuration was put aside, and the package's own is in force: /etc/a.conf.rpmsave; edited configuration was kept, and the package's own lies beside it: /etc/b.conf.dpkg-dist, /etc/c.rpmnew",
    );
  });

  it('says why, where its own script could', async () => {
    const ready = await staged();
    for (const {files} of ready.world.host('web1').staging.values())
      for (const file of files) if (file.name === 'tzdata') file.sha256 = 'f'.repeat(64);
    const {message} = (await rejection(upgrade(ready))) as {message: string};
    expect(message).toMatch(
      /^the manager ended with 1 \(new\/tzdata_2026f-0\+deb12u1_all\.deb is not what was staged\): libssl3 is /,
    );
  });

  it('that ended with a code and is as planned all the same is done', async () => {
    const ready = await staged();
    ready.world.on('web1', 'job.poll', answer => answer.replace('ended 0', 'ended 100'));
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1').phase).toBe('done');
    expect(ready.world.context.recordOf('web1').jobs.find(({kind}) => kind === 'install')?.rc).toBe(100);
  });

  it('holds the automatic updaters off first, and says so on disk before', async () => {
    const ready = await staged();
    let leases = 0;
    ready.world.on('web1', 'host.inhibit-updaters', answer => {
      leases = ready.world.context.recordOf('web1').leases.length;
      return answer;
    });
    await upgrade(ready);
    expect(leases).toBe(1);
    expect(ready.world.host('web1').updaters.active).toEqual([]);
  });

  it('holds the automatic updaters off from the moment on that the host is staged', async () => {
    const {world} = await staged();
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'staged', leases: [{id: 'updaters'}]});
    expect(world.host('web1').updaters).toMatchObject({active: []});
    expect(world.host('web1').updaters.inhibited.length).toBeGreaterThan(0);
  });

  it('holds nothing off where no updater runs, and leaves no lease', async () => {
    const ready = await staged();
    ready.world.host('web1').updaters = {active: [], inhibited: []};
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1')).toMatchObject({phase: 'done', leases: []});
    expect(ready.world.context.of('lease.released')).toHaveLength(1);
  });

  it('keeps the moment before once for a plan, whatever happens after', async () => {
    const ready = await staged();
    ready.world.on('web1', 'host.preflight', (answer, n) =>
      n === 1 ? answer.replace('@@ locks\n', '@@ locks\napt\tapt (pid 9)\n') : answer,
    );
    await rejection(upgrade(ready));
    const before = ready.world.context.recordOf('web1').baseline.before;
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1').baseline.before).toBe(before);
    expect(ready.world.context.of('host.baseline').filter(({data}) => data.when === 'before')).toHaveLength(
      1,
    );
  });
});

describe('services after an upgrade', () => {
  it('have time to come up: only what stays wrong counts', async () => {
    const ready = await staged();
    ready.world.on('web1', 'host.baseline', (answer, n) =>
      n === 3 || n === 4 ? answer.replace('shop-api.service\n', '') : answer,
    );
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1').phase).toBe('done');
  });

  it('that stay away are a regression, after the time they have', async () => {
    const ready = await staged('never', {settleMs: 30_000});
    ready.world.on('web1', 'host.baseline', (answer, n) =>
      n > 2 ? answer.replace('shop-api.service\n', '') : answer,
    );
    const from = ready.world.context.elapsed();
    expect(await rejection(upgrade(ready))).toMatchObject({
      phase: 'failed',
      code: 'host.regression',
      message: 'shop-api.service ran before and does not now. The packages are installed as planned',
    });
    expect(ready.world.context.elapsed() - from).toBeGreaterThan(30_000);
  });

  it('that are checked from outside count too, each named once', async () => {
    const ready = await staged('never', {settleMs: 0});
    const {host} = ready.world.context.recordOf('web1');
    host.smoke.push({unit: 'shop-api.service'}, {tcp: 8080});
    const isInstalled = (): boolean => begun(ready, 'install') > 0;
    ready.world.context.outside = {
      tcp: () => Promise.resolve(isInstalled() ? 'ECONNREFUSED' : undefined),
      http: () => Promise.resolve(undefined),
    };
    ready.world.on('web1', 'host.smoke', answer =>
      isInstalled() ? '@@ units\nshop-api.service\tfailed\n@@ commands\n@@ end\n' : answer,
    );
    ready.world.on('web1', 'host.baseline', (answer, n) =>
      n > 2
        ? answer.replace('shop-api.service\n', '').replace('@@ failed\n', '@@ failed\nshop-api.service\n')
        : answer,
    );
    expect(await rejection(upgrade(ready))).toMatchObject({
      message: 'shop-api.service is failed; tcp 8080: ECONNREFUSED. The packages are installed as planned',
    });
  });

  it('whose smoke check failed before are found out before the first change', async () => {
    const ready = await staged();
    const {host} = ready.world.context.recordOf('web1');
    host.smoke.push({http: {url: 'http://{address}/health', status: 200}});
    ready.world.context.outside = {
      tcp: () => Promise.resolve(undefined),
      http: () => Promise.resolve('answered 503, not 200'),
    };
    expect(await rejection(upgrade(ready))).toMatchObject({
      phase: 'failed',
      code: 'host.not-ready',
      message: 'a smoke check fails already: http://web1/health: answered 503, not 200; nothing was changed',
      suspects: [],
    });
    expect(begun(ready, 'install')).toBe(0);
  });

  it('whose smoke check failed before and fails after, in whatever words, are no worse', async () => {
    const ready = await staged();
    const {host} = ready.world.context.recordOf('web1');
    host.smoke.push({http: {url: 'http://{address}/health', status: 200}}, {command: 'api-check'});
    let asked = 0;
    ready.world.context.outside = {
      tcp: () => Promise.resolve(undefined),
      // Fails when the moment before is taken, passes for the one look before the change, and fails after it.
      http: () => Promise.resolve(++asked === 2 ? undefined : `answered ${500 + asked}, not 200`),
    };
    ready.world.on('web1', 'host.smoke', (_, n) =>
      n === 2
        ? '@@ units\n@@ commands\n@@ end\n'
        : `@@ units\n@@ commands\napi-check ended with ${n}: no answer\n@@ end\n`,
    );
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1').phase).toBe('done');
  });

  it('that an attempt before has broken do not keep it from being tried again', async () => {
    const ready = await staged('never', {settleMs: 0});
    const {context} = ready.world;
    context.recordOf('web1').host.smoke.push({tcp: 8080});
    let isBroken = false;
    context.outside = {
      tcp: () => Promise.resolve(isBroken ? 'ECONNREFUSED' : undefined),
      http: () => Promise.resolve(undefined),
    };
    ready.world.on('web1', 'apt.installed', answer => {
      if (isBroken || begun(ready, 'install') === 0) return answer;
      isBroken = true;
      const {packages} = ready.world.host('web1');
      const tzdata = packages.get('tzdata');
      if (tzdata !== undefined) packages.set('tzdata', {...tzdata, version: '2026b-0+deb12u1'});
      return answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026b-0+deb12u1');
    });
    expect(await rejection(upgrade(ready))).toMatchObject({code: 'host.not-as-planned'});
    await context.record({type: 'host.attempt', data: {host: 'web1', why: 'upgrade', reason: 'again'}});
    expect(await rejection(upgrade(ready))).toMatchObject({
      code: 'host.regression',
      message: 'tcp 8080: ECONNREFUSED. The packages are installed as planned',
    });
    expect(begun(ready, 'install')).toBe(2);
  });

  it('that run replaced code are restarted once, in one job', async () => {
    const ready = await staged();
    await upgrade(ready);
    expect(begun(ready, 'restart')).toBe(1);
    expect(ready.world.asked.filter(line => line === 'web1 host.stale-units')).toHaveLength(1);
  });
});

describe('a reboot', () => {
  const wanting = async (): Promise<Ready> => {
    const ready = await staged('when-needed');
    let wanted = true;
    ready.world.on('web1', 'host.facts', answer =>
      wanted ? answer.replace('@@ reboot\n', '@@ reboot\nlinux-base\n') : answer,
    );
    ready.world.on('web1', 'host.reboot', answer => {
      wanted = false;
      return answer;
    });
    return ready;
  };

  it('is asked for once, waited for, and followed by a check', async () => {
    const ready = await wanting();
    const boot = ready.world.host('web1').boot;
    await upgrade(ready, 'when-needed');
    const {context} = ready.world;
    expect(context.of('reboot.intended').map(({data}) => data.bootId)).toEqual([boot]);
    expect(context.of('reboot.seen').map(({data}) => data.bootId)).toEqual([ready.world.host('web1').boot]);
    expect(ready.world.host('web1').boot).not.toBe(boot);
    expect(context.recordOf('web1')).toMatchObject({phase: 'done', rebooted: 1});
    expect(context.phasesOf('web1').slice(-4)).toEqual(['restarting', 'rebooting', 'checking', 'done']);
    // It ended the hold on the updaters, which is taken anew.
    expect(ready.world.asked.filter(line => line === 'web1 host.inhibit-updaters')).toHaveLength(3);
  });

  it('is not over while the host still answers from the boot before', async () => {
    const ready = await wanting();
    const {boot} = ready.world.host('web1');
    ready.world.on('web1', 'host.boot', (answer, n) =>
      n < 5 ? `@@ boot\n${boot}\n@@ system\nrunning\n@@ end\n` : answer,
    );
    await upgrade(ready, 'when-needed');
    const [seen] = ready.world.context.of('reboot.seen');
    expect(seen?.data.bootId).toBe(ready.world.host('web1').boot);
    expect(seen?.data.bootId).not.toBe(boot);
  });

  it('that is not allowed is said to be needed still', async () => {
    const ready = await wanting();
    await upgrade(ready, 'never');
    expect(noteOf(ready)).toContain('a reboot is still needed: asked for by linux-base');
    expect(ready.world.context.of('reboot.intended')).toEqual([]);
  });

  it('that a host may want, and nothing there can say so, is not made and is said to be unknown', async () => {
    const ready = await staged('when-needed');
    ready.world.on('web1', 'host.facts', answer => answer.replace('@@ reboot\n', '@@ reboot\n? no plugin\n'));
    await upgrade(ready, 'when-needed');
    expect(noteOf(ready)).toContain('; whether it wants a reboot is not known: no plugin');
    expect(ready.world.context.of('reboot.intended')).toEqual([]);
  });

  it('whose answer is lost is waited for all the same', async () => {
    const ready = await wanting();
    ready.world.on('web1', 'host.reboot', answer => answer.slice(0, 3));
    const boot = ready.world.host('web1').boot;
    await upgrade(ready, 'when-needed');
    expect(ready.world.host('web1').boot).not.toBe(boot);
    expect(ready.world.asked.filter(line => line === 'web1 host.reboot')).toHaveLength(1);
  });

  it('whose request is lost on its way is asked for once more, after half a minute', async () => {
    const ready = await wanting();
    const {world} = ready;
    const {boot} = world.host('web1');
    world.lose('web1', 'host.reboot');
    const from = world.context.elapsed();
    await upgrade(ready, 'when-needed');
    expect(world.host('web1').boot).not.toBe(boot);
    expect(world.asked.filter(line => line === 'web1 host.reboot')).toHaveLength(2);
    expect(world.context.elapsed() - from).toBeGreaterThan(30_000);
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'done', rebooted: 1});
  });

  it('that does not happen is not taken for a host that is away', async () => {
    const ready = await wanting();
    const {boot} = ready.world.host('web1');
    ready.world.on('web1', 'host.boot', () => `@@ boot\n${boot}\n@@ system\nrunning\n@@ end\n`);
    expect(await rejection(upgrade(ready, 'when-needed'))).toMatchObject({
      phase: 'failed',
      code: 'reboot.not-done',
      message:
        'web1 was asked twice to reboot and did not within 10 minutes: it still answers from the boot before',
    });
    expect(ready.world.asked.filter(line => line === 'web1 host.reboot')).toHaveLength(2);
  });

  it('in which the console went away is waited for, and not begun anew', async () => {
    const ready = await wanting();
    const {world} = ready;
    world.on('web1', 'host.reboot', () => {
      throw new Error('the console is gone');
    });
    await rejection(upgrade(ready, 'when-needed'));
    expect(world.context.recordOf('web1').phase).toBe('rebooting');
    world.on('web1', 'host.reboot', answer => answer);
    world.on('web1', 'host.facts', answer => answer);
    await upgrade(ready, 'when-needed');
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'done', rebooted: 1});
  });

  it('from which the host does not come back leaves it unknown', async () => {
    const ready = await wanting();
    ready.world.on('web1', 'host.reboot', (answer, n) => {
      if (n === 1) ready.world.host('web1').awayUntil = Infinity;
      return answer;
    });
    expect(await rejection(upgrade(ready, 'when-needed'))).toMatchObject({
      phase: 'unknown',
      code: 'reboot.not-back',
      message: 'web1 was asked to reboot and did not come back within 10 minutes',
    });
    expect(isReachable(ready.world.host('web1'), ready.world.context.now())).toBe(false);
    // Somebody switches it on: it is asked for its boot, and not rebooted a second time.
    const {world} = ready;
    Object.assign(world.host('web1'), {awayUntil: 0, startedAt: 0});
    world.on('web1', 'host.facts', answer => answer);
    const {boot} = world.host('web1');
    await upgrade(ready, 'when-needed');
    expect(world.host('web1').boot).toBe(boot);
    expect(world.context.of('reboot.intended')).toHaveLength(1);
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'done', rebooted: 1});
  });
});

describe('a way back', () => {
  const upgraded = async (): Promise<Ready> => {
    const ready = await staged();
    await upgrade(ready);
    await ready.world.context.record({
      type: 'host.attempt',
      data: {host: 'web1', why: 'rollback', reason: 'test'},
    });
    return ready;
  };
  const goBack = ({world, plan, digest}: Ready, reboot: 'never' | 'when-needed' = 'never'): Promise<void> =>
    rollBackHost(world.context, plan, digest, reboot);
  /** The kernel that was taken back runs until the next reboot. */
  const wantReboot = ({world}: Ready): void => {
    const {boot} = world.host('web1');
    world.on('web1', 'host.facts', answer =>
      world.host('web1').boot === boot ? answer.replace('@@ reboot\n', '@@ reboot\nlinux-base\n') : answer,
    );
  };

  it('leads to the state before, and is proven', async () => {
    const ready = await upgraded();
    await goBack(ready);
    expect(ready.world.context.recordOf('web1')).toMatchObject({
      phase: 'rolled back',
      note: 'as before: packages, marks, configuration, services',
    });
    expect(ready.world.host('web1').packages.get('openssl')?.version).toBe('3.0.20-1~deb12u2');
  });

  it.each([
    [
      'a package that is not as before',
      'apt.installed',
      (answer: string) => answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026f-0+deb12u1'),
      'tzdata is 2026f-0+deb12u1, not 2026b-0+deb12u1',
    ],
    [
      'a lost automatic mark',
      'apt.marks',
      (answer: string) => answer.replace('libssl3\n', ''),
      'libssl3 lost or gained its automatic mark',
    ],
    [
      'a hold that was not there',
      'apt.marks',
      (answer: string) => answer.replace('@@ held\n', '@@ held\nopenssl\n'),
      'openssl lost or gained its hold',
    ],
    [
      'an edited configuration file',
      'apt.changed-configuration',
      () => '@@ changed\n/etc/ssl/openssl.cnf\n@@ end\n',
      '/etc/ssl/openssl.cnf is not as it was',
    ],
    [
      'a service that is away',
      'host.baseline',
      (answer: string) => answer.replace('cron.service\n', ''),
      'cron.service ran before and does not now',
    ],
  ])('with %s is not whole, and says what', async (_, verb, change, what) => {
    const ready = await upgraded();
    ready.world.on('web1', verb, change);
    const error = await rejection(goBack(ready));
    expect(error).toMatchObject({phase: 'failed', code: 'rollback.incomplete'});
    expect(String(error)).toContain(`the way back ended with 0 and is not whole: ${what}`);
  });

  it('holds the automatic updaters off first: their lease may have ended since', async () => {
    const ready = await upgraded();
    const {world} = ready;
    await world.context.link('web1').ask(releaseUpdaters, undefined);
    await world.context.record({type: 'lease.released', data: {host: 'web1', id: 'updaters'}});
    let isHeld = false;
    world.on('web1', 'job.start', answer => {
      isHeld ||= world.host('web1').updaters.active.length === 0;
      return answer;
    });
    await goBack(ready);
    expect(isHeld).toBe(true);
    expect(world.context.recordOf('web1').leases).toHaveLength(1);
  });

  it('that leaves replaced code running reboots the host when that is allowed', async () => {
    const ready = await upgraded();
    wantReboot(ready);
    await goBack(ready, 'when-needed');
    const {context} = ready.world;
    expect(context.of('reboot.seen')).toHaveLength(1);
    expect(context.recordOf('web1')).toMatchObject({
      phase: 'rolled back',
      note: 'as before: packages, marks, configuration, services',
      rebooted: 1,
    });
    // Taken up in the middle of it, it is a way back still.
    expect(context.phasesOf('web1').slice(-3)).toEqual(['rolling back', 'rolling back', 'rolled back']);
  });

  it('that may not reboot says that it is still needed', async () => {
    const ready = await upgraded();
    wantReboot(ready);
    await goBack(ready);
    expect(ready.world.context.of('reboot.intended')).toEqual([]);
    expect(noteOf(ready)).toBe(
      'as before: packages, marks, configuration, services; a reboot is still needed: asked for by linux-base',
    );
  });

  it('that was left in the middle of its reboot waits for the host, and reboots it once', async () => {
    const ready = await upgraded();
    wantReboot(ready);
    const {world} = ready;
    // The console goes when the host has gone down.
    world.on('web1', 'host.reboot', () => {
      throw new Error('the console is gone');
    });
    await rejection(goBack(ready, 'when-needed'));
    world.on('web1', 'host.reboot', answer => answer);
    await goBack(ready, 'when-needed');
    expect(world.context.recordOf('web1')).toMatchObject({phase: 'rolled back', rebooted: 1});
    expect(world.context.of('reboot.intended')).toHaveLength(1);
  });

  it('without a rollback point changes nothing', async () => {
    const world = createWorld({web1: {}});
    const digest = await planned(world);
    const [plan] = (await lockedPlan(world.context)).plan.hosts;
    if (plan === undefined) throw new Error('web1 is not in the plan');
    expect(await rejection(rollBackHost(world.context, plan, digest, 'never'))).toMatchObject({
      code: 'rollback.no-point',
    });
    expect(world.context.of('job.intended')).toEqual([]);
  });
});
