import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, launcher, makePlace, resultOf, type Ended, type Place} from './program.ts';
import {expectFitForPeople} from './refusal.ts';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  expect(await processesOf(place)).toEqual([]);
  await place.remove();
});

/** Processes that were started for this place, whoever their parent is now. */
const processesOf = async ({tmp}: Place): Promise<string[]> => {
  const mine: string[] = [];
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    if (!environment.includes(`TMPDIR=${tmp}\0`)) continue;
    mine.push((await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')).replaceAll('\0', ' '));
  }
  return mine;
};
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  const end = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
};
const stagesOf = (ended: Ended): unknown[] =>
  jsonLines(ended)
    .filter(line => line.type === 'stage.started')
    .map(line => line['data'])
    .map(data => (typeof data === 'object' && data !== null && 'stage' in data ? data.stage : undefined));
const interruptedAs = (ended: Ended, says: RegExp): void => {
  expectFitForPeople(ended);
  const result = resultOf(ended);
  expect({exit: ended.exit, said: result.exit}).toEqual({exit: 130, said: 130});
  expect(result.summary).toMatch(says);
};

describe('demo --headless', {timeout: 60_000}, () => {
  it.each([
    ['while hosts are scanned', /identify: started/, ['identify']],
    ['while the plan is proven', /test: started/, ['identify', 'prioritize', 'test']],
    ['while canaries are upgraded', /: installing/, ['identify', 'prioritize', 'test']],
  ])(
    'Ctrl-C %s: what runs is followed to its end, nothing new begins, nothing is left behind',
    async (_when, moment, stages) => {
      const demo = place.start(['demo', '--headless', '--json', '--speed', '40']);
      await demo.says(moment);
      demo.child.kill('SIGINT');
      const ended = await demo.ended;
      interruptedAs(
        ended,
        /stopped as asked: what was at work was followed to its end, nothing new was started/,
      );
      expect(stagesOf(ended)).toEqual(stages);
      expect(ended.stderr).toContain('stopping: nothing new starts');
      // Not even a way back: the operator decides what becomes of a canary that regressed.
      expect(/"why":"rollback"/.test(ended.stdout)).toBe(false);
      expect(await readdir(place.tmp)).toEqual([]);
    },
  );

  it('Ctrl-C twice leaves at once, with the result as the last line', async () => {
    const demo = place.start(['demo', '--headless', '--json', '--speed', '2']);
    await demo.says(/: installing/);
    demo.child.kill('SIGINT');
    await demo.says(/stopping/);
    const at = performance.now();
    demo.child.kill('SIGINT');
    interruptedAs(await demo.ended, /left as asked: hosts at work finish by themselves/);
    expect(performance.now() - at).toBeLessThan(5000);
    expect(await readdir(place.tmp)).toEqual([]);
  });

  it.each(['SIGHUP', 'SIGTERM'] as const)('%s leaves nothing behind', async signal => {
    const demo = place.start(['demo', '--headless', '--json', '--speed', '40']);
    await demo.says(/identify: started/);
    demo.child.kill(signal);
    interruptedAs(await demo.ended, signal === 'SIGHUP' ? /left as asked/ : /stopped as asked/);
    expect(await readdir(place.tmp)).toEqual([]);
  });

  it('Ctrl-C before its hosts are there removes its folder', async () => {
    const demo = place.start(['demo', '--headless', '--json']);
    await until(async () => (await readdir(place.tmp)).length > 0);
    demo.child.kill('SIGINT');
    const ended = await demo.ended;
    expect(ended.exit).toBe(130);
    expectFitForPeople(ended);
    expect(await readdir(place.tmp)).toEqual([]);
  });
});

describe('a run', {timeout: 60_000}, () => {
  let fleet: FaultyFleet;
  beforeEach(async () => {
    fleet = await startFaultyFleet(place, ['api1', 'api2', 'api4'], {canaries: ['api1']});
  });
  afterEach(() => fleet.close());

  const run = (...args: string[]): Promise<Ended> => place.run(...args, '--json', ...fleet.reach);
  const tested = async (): Promise<void> => {
    for (const args of [
      ['scan'],
      ['plan', '--package', 'openssl'],
      ['test', '--yes', '--sign-off', 'tester', '--reason', 'healthy'],
    ]) {
      const ended = await run(...args);
      if (ended.exit !== 0) throw new Error(ended.stderr);
    }
  };
  const starts = (): number[] =>
    ['api1', 'api2', 'api4'].map(name => fleet.get(name).asked.filter(verb => verb === 'job.start').length);
  const openssl = (name: string): string | undefined => fleet.get(name).versions()['openssl'];

  it.each(['once', 'twice'])(
    'that Ctrl-C (%s) interrupts in the middle of an upgrade is gone on with by the same command, and no job runs twice',
    async times => {
      await tested();
      const old = openssl('api4');
      const deploy = place.start(['deploy', '--yes', '--json', ...fleet.reach]);
      await deploy.says(/api2: installing/);
      deploy.child.kill('SIGINT');
      await deploy.says(/stopping/);
      if (times === 'twice') deploy.child.kill('SIGINT');
      const ended = await deploy.ended;
      interruptedAs(ended, times === 'twice' ? /left as asked/ : /deploy stopped: 2 done, 1 not begun/);
      expect(openssl('api4')).toBe(old);
      expect(await readdir(join(place.stateDir, 'runs'))).toHaveLength(1);

      const again = await run('deploy', '--yes');
      expect(again.exit === 0 ? '' : again.stderr).toBe('');
      expect(openssl('api4')).not.toBe(old);
      // The canary was never interrupted: the others had as many jobs as it.
      expect(new Set(starts()).size).toBe(1);
    },
  );

  it('a signed-off test that is interrupted is not signed off', async () => {
    await run('scan');
    await run('plan', '--package', 'openssl');
    const test = place.start([
      'test',
      '--yes',
      '--sign-off',
      'tester',
      '--reason',
      'healthy',
      '--json',
      ...fleet.reach,
    ]);
    await test.says(/api1: installing/);
    test.child.kill('SIGINT');
    interruptedAs(await test.ended, /stopped as asked/);
    expect((await run('deploy', '--yes')).exit).toBe(4);
  });
});

describe('a reader that goes away', {timeout: 60_000}, () => {
  let fleet: FaultyFleet;
  beforeEach(async () => {
    fleet = await startFaultyFleet(place, ['api1', 'api2']);
  });
  afterEach(() => fleet.close());

  /** Runs a command with its stdout in a pipe of bash. Gives what the pipe printed, and the command's own exit code. */
  const piped = async (args: string[], reader: string): Promise<Ended & {own: number}> => {
    const script = `"$@" | ${reader}; echo "own \${PIPESTATUS[0]}" >&2`;
    const ended = await place.start([...args, ...fleet.reach], {
      launcher: ['bash', '-c', script, 'bash', process.execPath, launcher],
    }).ended;
    return {...ended, own: Number(/^own (\d+)$/m.exec(ended.stderr)?.[1] ?? '-1')};
  };

  it.each([
    [['scan', '--json'], 'head -n 1'],
    [['scan', '--json'], 'true'],
    [['scan'], 'true'],
    [['inventory', 'list'], 'true'],
    [['scan', '--json'], '(sleep 2; head -c 10)'],
  ])('%j | %s: no trace, no hang, and the work is done to its end', async (args, reader) => {
    const ended = await piped(args, reader);
    expectFitForPeople(ended);
    expect(ended.own).toBe(0);
    if (args[0] === 'scan') {
      expect(ended.stderr).toContain('2 of 2 hosts answered');
      expect((await place.run('plan', '--package', 'openssl', ...fleet.reach)).exit).toBe(0);
    }
  });

  it('of stdout and stderr at once: the work is done to its end', async () => {
    const ended = await place.start(['scan', '--json', ...fleet.reach], {
      launcher: ['bash', '-c', '"$@" 2>&1 | head -n 1', 'bash', process.execPath, launcher],
    }).ended;
    expectFitForPeople(ended);
    expect((await place.run('plan', '--package', 'openssl', ...fleet.reach)).exit).toBe(0);
  });

  it('a full disk under stdout is said, and is not "done"', async () => {
    const ended = await place.start(['inventory', 'list', '--json', ...fleet.reach], {
      launcher: ['bash', '-c', '"$@" >/dev/full', 'bash', process.execPath, launcher],
    }).ended;
    expectFitForPeople(ended);
    expect(ended.exit).toBe(3);
    expect(ended.stderr).toContain('not everything could be printed (ENOSPC)');
  });
});
