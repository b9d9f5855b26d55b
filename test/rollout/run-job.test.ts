import {describe, expect, it} from 'vitest';
import {progressOf} from '../../src/jobs/progress.ts';
import {forgetJobs} from '../../src/rollout/forget-jobs.ts';
import {runJob, settleJob, type Task} from '../../src/rollout/run-job.ts';
import {rejection} from '../store/example-run.ts';
import {createWorld, linkFault, planned, type World} from './simulated-hosts.ts';
import {restartUnits} from '../../src/hosts/restart.ts';

const payload = restartUnits(['cron.service', 'ssh.service']);
const prepared = async (): Promise<{world: World; digest: string}> => {
  const world = createWorld({web1: {}});
  return {world, digest: await planned(world)};
};
const task = (planDigest: string, stated: Partial<Task> = {}): Task => ({
  host: 'web1',
  kind: 'restart',
  planDigest,
  step: 0,
  progress: progressOf,
  look: 'systemctl --failed',
  ...stated,
});
const run = ({context}: World, digest: string): Promise<number> => runJob(context, task(digest), payload);
const starts = (world: World): number => world.asked.filter(line => line === 'web1 job.start').length;
const outcomes = (world: World): unknown[] =>
  world.context.recordOf('web1').jobs.map(({state, outcome, rc}) => ({state, outcome, rc}));
const says = (state: string): string => `@@ state\n${state}\n@@ size\n0\n@@ log\n@@ end\n`;

describe('a job of a run', () => {
  it('is on disk as intent before anything is sent, and its end before the host may forget it', async () => {
    const {world, digest} = await prepared();
    const order: string[] = [];
    world.on('web1', 'job.start', answer => {
      order.push(`sent, ${world.context.recordOf('web1').jobs[0]?.state ?? 'unknown'} on disk`);
      return answer;
    });
    world.on('web1', 'job.remove', answer => {
      order.push(`forgotten, ${world.context.recordOf('web1').jobs[0]?.state ?? 'unknown'} on disk`);
      return answer;
    });
    expect(await run(world, digest)).toBe(0);
    expect(order).toEqual(['sent, intended on disk', 'forgotten, ended on disk']);
    expect(world.context.recorded.slice(-4).map(({type}) => type)).toEqual([
      'job.intended',
      'job.started',
      'job.ended',
      'job.forgotten',
    ]);
  });

  it('is not sent when its intent cannot be written', async () => {
    const world = createWorld(
      {web1: {}},
      {
        beforeRecord: body => {
          if (body.type === 'job.intended') throw new Error('the disk is full');
        },
      },
    );
    const digest = await planned(world);
    expect(await rejection(run(world, digest))).toMatchObject({message: 'the disk is full'});
    expect(starts(world)).toBe(0);
  });

  it('shows how far it is while it runs, and its log is a file of the run', async () => {
    const {world, digest} = await prepared();
    await run(world, digest);
    expect(world.context.signals.filter(({host}) => host === 'web1')).toContainEqual(
      expect.objectContaining({percent: 100, line: 'ssh.service active'}),
    );
    const log = world.context.recordOf('web1').jobs[0]?.log ?? '';
    expect(Buffer.from(await world.context.read(log)).toString()).toContain(
      'patchdeck-progress 50 cron.service active',
    );
  });

  it('that ended gives its code again without being sent again', async () => {
    const {world, digest} = await prepared();
    await run(world, digest);
    expect(await run(world, digest)).toBe(0);
    expect(starts(world)).toBe(1);
  });

  it('whose start was not answered is asked about, and not begun a second time', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.start', () => {
      throw linkFault('host.lost');
    });
    expect(await run(world, digest)).toBe(0);
    expect(starts(world)).toBe(1);
    expect(world.host('web1').jobs.size).toBe(0);
    expect(outcomes(world)).toEqual([{state: 'ended', outcome: 'ended', rc: 0}]);
  });

  it('whose start never arrived is offered again under the same id', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.start', (answer, n) => {
      if (n > 1) return answer;
      world.host('web1').jobs.clear();
      world.host('web1').agenda = [];
      throw linkFault('ssh.timeout');
    });
    expect(await run(world, digest)).toBe(0);
    expect(starts(world)).toBe(2);
    expect(world.context.of('job.intended')).toHaveLength(1);
  });

  it('that cannot be started is given up after some tries, and nothing was changed', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.start', () => {
      world.host('web1').jobs.clear();
      throw linkFault('ssh.timeout');
    });
    expect(await rejection(run(world, digest))).toMatchObject({phase: 'failed', code: 'job.never-started'});
    expect(starts(world)).toBe(4);
    expect(outcomes(world)).toEqual([{state: 'ended', outcome: 'never-started', rc: null}]);
  });

  it.each([
    ['interrupted', 'unknown', 'job.interrupted', 'web1 booted while restart ran'],
    ['died', 'unknown', 'job.died', 'was ended from outside before it was finished'],
    ['replaced it was restored', 'unknown', 'job.replaced', 'web1 is not as it was: it was restored'],
    ['never-started', 'unknown', 'job.replaced', 'it took this job and has no trace of it'],
    [
      'ended 75',
      'failed',
      'job.busy',
      'other work is under way on web1 (nobody knows whose); nothing was done',
    ],
  ])('that is "%s" leaves the host %s', async (state, phase, code, what) => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.poll', () => says(state));
    const error = await rejection(run(world, digest));
    expect(error).toMatchObject({phase, code});
    expect(String(error)).toContain(what);
    expect(world.context.recordOf('web1').jobs[0]?.state).toBe('ended');
    expect(starts(world)).toBe(1);
    // What is left of one that did not end well stays there to be looked at.
    expect(world.asked.includes('web1 job.remove')).toBe(state.startsWith('ended'));
  });

  it('that finds the host busy says by whom and since when', async () => {
    const {world, digest} = await prepared();
    const log =
      'busy: {"id":"a","kind":"install","plan":"p","by":"bo\\u001b[31m \u001b[2J"} at 2026-11-24T03:00:00Z\n';
    const chunk = Buffer.from(log).toString('base64');
    world.on(
      'web1',
      'job.poll',
      () => `@@ state\nended 75\n@@ size\n${log.length}\n@@ log\n${chunk}\n@@ end\n`,
    );
    expect(await rejection(run(world, digest))).toMatchObject({
      code: 'job.busy',
      message: 'other work is under way on web1 (install by bo since 2026-11-24T03:00:00Z); nothing was done',
    });
  });

  it('whose directory could not be removed is asked for again with the next one, and by its id alone', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.remove', (answer, n) => {
      if (n === 1) throw linkFault('ssh.closed');
      return answer;
    });
    expect(await run(world, digest)).toBe(0);
    expect(world.context.recordOf('web1').jobs[0]?.forgotten).toBeUndefined();
    await runJob(world.context, task(digest, {kind: 'undo'}), payload);
    expect(world.context.recordOf('web1').jobs.map(job => job.forgotten)).toEqual([true, true]);
    expect(world.asked.filter(line => line === 'web1 job.remove')).toHaveLength(3);
  });

  it('that did not end well stays on the host to be looked at, until the host is proven', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.poll', () => says('died'));
    await rejection(run(world, digest));
    await forgetJobs(world.context, 'web1');
    expect(world.asked).not.toContain('web1 job.remove');
    await world.context.sleep(60_000, world.context.closing);
    await forgetJobs(world.context, 'web1', 'all');
    expect(world.context.recordOf('web1').jobs[0]?.forgotten).toBe(true);
  });

  it('is told of the newest one that ended there, which the host must know of', async () => {
    const {world, digest} = await prepared();
    await run(world, digest);
    const first = world.context.recordOf('web1').jobs[0]?.id;
    expect(world.context.recordOf('web1').lastEnded).toBe(first);
    world.host('web1').ended.clear();
    const error = await rejection(runJob(world.context, task(digest, {kind: 'undo'}), payload));
    expect(error).toMatchObject({phase: 'unknown', code: 'job.replaced'});
    expect(String(error)).toContain('it was restored to an earlier state');
    expect(world.context.of('job.intended').map(({data}) => data.job.after)).toEqual([undefined, first]);
    expect(world.host('web1').jobs.size).toBe(0);
  });

  it('that the host refuses did not happen, and another may follow', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.start', (answer, n) => {
      if (n > 1) return answer;
      world.host('web1').jobs.clear();
      return '@@ outcome\nrefused\n@@ reason\n/var/lib is a link\n@@ end\n';
    });
    expect(await rejection(run(world, digest))).toMatchObject({
      phase: 'failed',
      code: 'job.refused',
      message: expect.stringContaining('restart was refused: /var/lib is a link') as string,
    });
    expect(outcomes(world)).toEqual([{state: 'ended', outcome: 'refused', rc: null}]);
    expect(await run(world, digest)).toBe(0);
    expect(world.context.of('job.intended')).toHaveLength(2);
  });

  it('on a host that does not answer for fifteen minutes is unknown, and stays open: it may still run there', async () => {
    const {world, digest} = await prepared();
    world.on('web1', 'job.poll', () => {
      throw linkFault('ssh.timeout');
    });
    expect(await rejection(run(world, digest))).toMatchObject({phase: 'unknown', code: 'job.lost'});
    expect(outcomes(world)).toMatchObject([{state: 'started'}]);
    // Tried again, it is followed, not started, also as another attempt.
    world.on('web1', 'job.poll', answer => answer);
    const again = {host: 'web1', why: 'upgrade', reason: 'tried again'} as const;
    await world.context.record({type: 'host.attempt', data: again});
    expect(await run(world, digest)).toBe(0);
    expect(starts(world)).toBe(1);
  });

  it('that has ended is begun anew by the next attempt', async () => {
    const {world, digest} = await prepared();
    await run(world, digest);
    const again = {host: 'web1', why: 'upgrade', reason: 'tried again'} as const;
    await world.context.record({type: 'host.attempt', data: again});
    await run(world, digest);
    expect(starts(world)).toBe(2);
    expect(world.context.of('job.intended')).toHaveLength(2);
  });

  it('of another plan or another kind is another job', async () => {
    const {world, digest} = await prepared();
    await run(world, digest);
    await runJob(world.context, task('another plan'), payload);
    await runJob(world.context, task(digest, {kind: 'undo'}), payload);
    expect(starts(world)).toBe(3);
  });

  it('of an earlier console that never began comes to nothing', async () => {
    const {world, digest} = await prepared();
    const [job] = await intended(world, digest);
    await settleJob(world.context, task(digest));
    expect(outcomes(world)).toEqual([{state: 'ended', outcome: 'never-started', rc: null}]);
    expect(starts(world)).toBe(0);
    expect(job).toBeDefined();
    // There is nothing to settle any more.
    await settleJob(world.context, task(digest));
    expect(world.context.of('job.ended')).toHaveLength(1);
  });
});

const intended = async ({context}: World, planDigest: string): Promise<string[]> => {
  const {scan} = context.recordOf('web1');
  const id = context.newId();
  const {bootId = '', machineId = ''} = scan ?? {};
  await context.record({
    type: 'job.intended',
    data: {job: {id, host: 'web1', kind: 'restart', planDigest, bootId, machineId}},
  });
  return [id];
};
