import {describe, expect, it} from 'vitest';
import {resumeHosts} from '../../src/engine/resume.ts';
import type {HostPlan} from '../../src/model/plan.ts';
import {rollbackPointSchema} from '../../src/model/rollback.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {lockedPlan} from '../../src/rollout/locked-plan.ts';
import {prepareHost} from '../../src/rollout/prepare.ts';
import {rollBackHost} from '../../src/rollout/roll-back.ts';
import {upgradeHost} from '../../src/rollout/upgrade.ts';
import {verify} from '../../src/stages/verify.ts';
import {rejection} from '../store/example-run.ts';
import {createWorld, linkFault, planned, type World} from './simulated-hosts.ts';

type Ready = {world: World; plan: HostPlan; digest: string};

/** web1 has a second manager beside apt; its plan has a step of each, and is staged. */
const staged = async (): Promise<Ready> => {
  const world = createWorld({web1: {}}, {beside: ['web1']});
  const digest = await planned(world, ['tzdata', 'lib']);
  const [plan] = (await lockedPlan(world.context)).plan.hosts;
  if (plan === undefined) throw new Error('web1 is not in the plan');
  await prepareHost(world.context, plan, digest);
  return {world, plan, digest};
};
const upgrade = ({world, plan, digest}: Ready): Promise<void> =>
  upgradeHost(world.context, plan, digest, 'never');
const goBack = async ({world, plan, digest}: Ready): Promise<void> => {
  await attempt(world, 'rollback');
  await rollBackHost(world.context, plan, digest, 'never');
};
const attempt = (world: World, why: 'upgrade' | 'rollback'): Promise<void> =>
  world.context.record({type: 'host.attempt', data: {host: 'web1', why, reason: 'test'}});
/** The jobs a host was sent, by kind and step. */
const jobs = ({context}: World): string[] =>
  context
    .recordOf('web1')
    .jobs.filter(({kind}) => kind !== 'restart')
    .map(({kind, step}) => `${kind} ${step ?? '-'}`);
const versions = (world: World): {tzdata: string | undefined; lib: string | undefined} => ({
  tzdata: world.host('web1').packages.get('tzdata')?.version,
  lib: world.second('web1').installed.get('lib'),
});
const [old, fresh] = [
  {tzdata: '2026b-0+deb12u1', lib: '1'},
  {tzdata: '2026f-0+deb12u1', lib: '2'},
];

describe('a host with two managers', () => {
  it('is scanned with both, and its plan has a step of each, in their order', async () => {
    const {world, plan} = await staged();
    expect(world.context.recordOf('web1').scan).toMatchObject({managers: ['apt', 'dnf4'], updates: 10});
    expect(plan.steps.map(({manager, changes}) => [manager, ...changes.map(({name}) => name)])).toEqual([
      ['apt', 'tzdata'],
      ['dnf4', 'lib'],
    ]);
  });

  it('is staged step by step, each in a directory of its own, and is graded as its worst step', async () => {
    const {world} = await staged();
    expect(jobs(world)).toEqual(['stage 0', 'stage 1']);
    const {point} = world.context.recordOf('web1');
    const kept = await readDocument(world.context, point?.file ?? '', rollbackPointSchema);
    expect(kept.steps.map(({manager, grade}) => `${manager} ${grade}`)).toEqual(['apt full', 'dnf4 full']);
    expect(world.second('web1').staged).toEqual([kept.steps[1]?.directory]);
    expect(kept.steps[0]?.directory).not.toBe(kept.steps[1]?.directory);
  });

  it('with a step that cannot be undone as a whole is partial, and the reason names its manager', async () => {
    const world = createWorld({web1: {}}, {beside: ['web1']});
    const digest = await planned(world, ['tzdata', 'lib']);
    const [plan] = (await lockedPlan(world.context)).plan.hosts;
    world.on('web1', 'second.simulate-undo', () => '{"changes":[],"refused":"no"}');
    if (plan !== undefined) await prepareHost(world.context, plan, digest);
    expect(world.context.recordOf('web1').point).toMatchObject({grade: 'partial'});
    expect(world.context.recordOf('web1').point?.why).toContain('dnf4: the simulated way back differs: no');
  });

  it('is upgraded in order, one job each, and is done when both are proven', async () => {
    const ready = await staged();
    await upgrade(ready);
    expect(jobs(ready.world)).toEqual(['stage 0', 'stage 1', 'install 0', 'install 1']);
    expect(versions(ready.world)).toEqual(fresh);
    expect(ready.world.context.recordOf('web1')).toMatchObject({
      phase: 'done',
      note: '2 packages and healthy',
    });
    const notes = ready.world.context
      .of('host.phase')
      .flatMap(({data}) => (data.phase === 'installing' ? [data.note] : []));
    expect(notes).toEqual(['step 1 of 2 (apt): 1 packages', 'step 2 of 2 (dnf4): 1 packages']);
    await verify(ready.world.context);
    expect(ready.world.context.recordOf('web1').verified).toMatchObject({good: true});
  });

  it('has the units restarted that a manager names, once on the way forth and once on the way back', async () => {
    const ready = await staged();
    const units: string[] = [];
    const record = ready.world.context.record.bind(ready.world.context);
    ready.world.context.record = body => {
      if (body.type === 'job.intended') units.push(body.data.job.kind);
      return record(body);
    };
    await upgrade(ready);
    expect(units).toEqual(['install', 'install', 'restart']);
    await goBack(ready);
    expect(units.slice(3)).toEqual(['undo', 'undo', 'restart']);
  });

  it('is not begun while its second step is not as planned: nothing is changed', async () => {
    const ready = await staged();
    ready.world.second('web1').installed.set('lib', '1.5');
    expect(await rejection(upgrade(ready))).toMatchObject({
      code: 'host.drift',
      message: 'step 2 of 2 (dnf4): lib is 1.5, the plan was made for 1; nothing was changed',
    });
    expect(jobs(ready.world)).toEqual(['stage 0', 'stage 1']);
  });

  it('whose second step fails is failed, though its manager calls it a success; the first stays', async () => {
    const ready = await staged();
    ready.world.second('web1').lies.add('install');
    expect(await rejection(upgrade(ready))).toMatchObject({
      code: 'host.not-as-planned',
      message:
        'step 2 of 2 (dnf4): the manager called it a success, but lib is 1, not 2; what apt changed stays',
      suspects: ['dnf4:lib@2'],
    });
    expect(versions(ready.world)).toEqual({...fresh, lib: '1'});
    // Tried again, what is there is not installed again.
    ready.world.second('web1').lies.clear();
    await attempt(ready.world, 'upgrade');
    await upgrade(ready);
    expect(jobs(ready.world).filter(job => job === 'install 0')).toHaveLength(1);
    expect(versions(ready.world)).toEqual(fresh);
  });

  it('with a failed scriptlet is never done, whatever the database says, until that is mended', async () => {
    const ready = await staged();
    ready.world.second('web1').scriptletFails.add('install');
    const refused = {
      code: 'host.not-as-planned',
      message:
        'step 2 of 2 (dnf4): the manager called it a success, but the scriptlet of install failed; what apt changed stays',
      suspects: ['dnf4:lib@2'],
    };
    expect(await rejection(upgrade(ready))).toMatchObject(refused);
    expect(versions(ready.world)).toEqual(fresh);
    // All is installed now, and nothing is left to begin: it is not done for that.
    await attempt(ready.world, 'upgrade');
    expect(await rejection(upgrade(ready))).toMatchObject({
      ...refused,
      message: 'the scriptlet of install failed',
    });
    await verify(ready.world.context);
    expect(ready.world.context.recordOf('web1').verified?.findings).toContain(
      'the scriptlet of install failed',
    );
    ready.world.second('web1').failed = [];
    await attempt(ready.world, 'upgrade');
    await upgrade(ready);
    expect(ready.world.context.recordOf('web1').phase).toBe('done');
  });

  it('with a scriptlet that failed on its way back is not as before', async () => {
    const ready = await staged();
    await upgrade(ready);
    ready.world.second('web1').scriptletFails.add('undo');
    expect(await rejection(goBack(ready))).toMatchObject({
      code: 'rollback.incomplete',
      message:
        'the way back ended with 0 and is not whole: the scriptlet of undo failed; what apt changed is as it was after the upgrade',
    });
    expect(jobs(ready.world)).not.toContain('undo 0');
  });

  it('does not begin the second step when the first is not as planned', async () => {
    const ready = await staged();
    ready.world.on('web1', 'apt.installed', (answer, n) =>
      n > 2 ? answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026b-0+deb12u1') : answer,
    );
    expect(await rejection(upgrade(ready))).toMatchObject({code: 'host.not-as-planned'});
    expect(jobs(ready.world)).not.toContain('install 1');
  });

  it('goes back in the reverse order, and is as before', async () => {
    const ready = await staged();
    await upgrade(ready);
    await goBack(ready);
    expect(jobs(ready.world).slice(-2)).toEqual(['undo 1', 'undo 0']);
    expect(versions(ready.world)).toEqual(old);
    expect(ready.world.context.recordOf('web1').phase).toBe('rolled back');
  });

  it('goes back from the steps that were begun, and from no other', async () => {
    const ready = await staged();
    ready.world.on('web1', 'job.poll', answer => answer.replace('ended 0', 'ended 100'));
    ready.world.on('web1', 'apt.installed', (answer, n) =>
      n === 3 ? answer.replace(/^tzdata\t\S+/m, 'tzdata\t2026c-1') : answer,
    );
    expect(await rejection(upgrade(ready))).toMatchObject({code: 'host.not-as-planned'});
    await goBack(ready);
    expect(jobs(ready.world).slice(2)).toEqual(['install 0', 'undo 0']);
    expect(versions(ready.world)).toEqual(old);
  });

  it('does not take the first step back while the second stays forward', async () => {
    const ready = await staged();
    await upgrade(ready);
    ready.world.second('web1').lies.add('undo');
    expect(await rejection(goBack(ready))).toMatchObject({
      code: 'rollback.incomplete',
      message:
        'the way back ended with 0 and is not whole: lib is 2, not 1; what apt changed is as it was after the upgrade',
    });
    expect(jobs(ready.world)).not.toContain('undo 0');
  });

  /** The console goes when the install of this step has ended, as `work` is done. */
  const goneIn = async (step: number, ready: Ready, work: () => Promise<void>): Promise<void> => {
    const {context} = ready.world;
    const record = context.record.bind(context);
    let there = true;
    const isEndOf = (id: string): boolean =>
      context.recordOf('web1').jobs.some(job => job.id === id && job.kind === 'install' && job.step === step);
    context.record = body => {
      if (body.type === 'job.ended' && isEndOf(body.data.id)) there = false;
      return there ? record(body) : Promise.reject(new Error('the console is gone'));
    };
    await rejection(work());
    expect(there).toBe(false);
    context.record = record;
    context.underWay.clear();
  };

  it.each([0, 1])(
    'goes on after a console that went in step %i, and nothing is started twice',
    async step => {
      const ready = await staged();
      await goneIn(step, ready, () => upgrade(ready));
      expect(jobs(ready.world)).toHaveLength(step + 3);
      await resumeHosts(ready.world.context);
      expect(jobs(ready.world)).toEqual(['stage 0', 'stage 1', 'install 0', 'install 1']);
      expect(ready.world.asked.filter(line => line === 'web1 job.start')).toHaveLength(5);
      expect(versions(ready.world)).toEqual(fresh);
      expect(ready.world.context.recordOf('web1').phase).toBe('done');
    },
  );

  it('goes on after a console that went in the second step of a second attempt', async () => {
    const ready = await staged();
    ready.world.second('web1').lies.add('install');
    await rejection(upgrade(ready));
    ready.world.second('web1').lies.clear();
    await attempt(ready.world, 'upgrade');
    await goneIn(1, ready, () => upgrade(ready));
    await resumeHosts(ready.world.context);
    expect(ready.world.context.recordOf('web1')).toMatchObject({phase: 'done', troubles: []});
  });
});

describe('a host with three managers', () => {
  /** As `staged`, with a third: `app`. */
  const stagedThree = async (): Promise<Ready> => {
    const world = createWorld({web1: {}}, {beside: ['web1'], alsoBeside: ['web1']});
    const digest = await planned(world, ['tzdata', 'lib', 'app']);
    const [plan] = (await lockedPlan(world.context)).plan.hosts;
    if (plan === undefined) throw new Error('web1 is not in the plan');
    await prepareHost(world.context, plan, digest);
    return {world, plan, digest};
  };
  const app = ({world}: Ready): string | undefined => world.third('web1').installed.get('app');

  it('whose second step fails says which it was, what stays and what was not begun; undone are the two that were', async () => {
    const ready = await stagedThree();
    ready.world.second('web1').lies.add('install');
    expect(await rejection(upgrade(ready))).toMatchObject({
      code: 'host.not-as-planned',
      message:
        'step 2 of 3 (dnf4): the manager called it a success, but lib is 1, not 2; what apt changed stays, apk was not begun',
    });
    expect(jobs(ready.world).slice(3)).toEqual(['install 0', 'install 1']);
    expect([versions(ready.world), app(ready)]).toEqual([{...fresh, lib: '1'}, '1']);
    await goBack(ready);
    expect(jobs(ready.world).slice(5)).toEqual(['undo 1', 'undo 0']);
    expect([versions(ready.world), app(ready)]).toEqual([old, '1']);
    expect(ready.world.context.recordOf('web1').phase).toBe('rolled back');
  });

  it('whose second step failed goes on with it and the third when it is tried again, never with the first', async () => {
    const ready = await stagedThree();
    ready.world.second('web1').lies.add('install');
    await rejection(upgrade(ready));
    ready.world.second('web1').lies.clear();
    await attempt(ready.world, 'upgrade');
    await upgrade(ready);
    expect(jobs(ready.world).slice(3)).toEqual(['install 0', 'install 1', 'install 1', 'install 2']);
    expect([versions(ready.world), app(ready)]).toEqual([fresh, '2']);
    await goBack(ready);
    expect(jobs(ready.world).slice(7)).toEqual(['undo 2', 'undo 1', 'undo 0']);
  });

  it('whose second step cannot be followed any more is unknown, and says so of that step', async () => {
    const ready = await stagedThree();
    ready.world.on('web1', 'job.poll', answer => {
      if (jobs(ready.world).at(-1) === 'install 1') throw linkFault('ssh.timeout');
      return answer;
    });
    expect(await rejection(upgrade(ready))).toMatchObject({
      phase: 'unknown',
      code: 'job.lost',
      message:
        'step 2 of 3 (dnf4): web1 did not answer for 15 minutes during install; what became of it is unknown, it may still run there; what apt changed stays, apk was not begun',
    });
  });
});
