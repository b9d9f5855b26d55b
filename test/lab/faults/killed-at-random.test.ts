import {setTimeout as delay} from 'node:timers/promises';
import {beforeAll, describe, expect, it} from 'vitest';
import type {JobRecord, RunState} from '../../../src/record/state.ts';
import {openRunOf, readRun} from '../../../src/store/run-store.ts';
import {verifyRun} from '../../../src/store/verify-run.ts';
import {expectIntentsKnown, jobsOf, outcomeOfRun} from '../../faults/outcome.ts';
import {startedJobs} from '../host-jobs.ts';
import {up, type Lab} from '../lab.ts';
import {patchdeckOn, versionOn, type Patchdeck} from '../run-patchdeck.ts';

/** Kills altogether; the lab suite may be asked for more. */
const kills = Number(process.env['PATCHDECK_KILLS'] ?? 25);
const hosts = ['lab3', 'lab4'];

/** The same numbers for the same seed: a failure can be had again. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

describe(`kill -9 of the console at ${kills} random moments of the work on two real hosts`, () => {
  let lab: Lab;
  let deck: Patchdeck;
  const seed = Number(process.env['PATCHDECK_SEED'] ?? Date.now() % 100_000);
  const random = randomFrom(seed);
  let left = 0;
  let landed = 0;

  beforeAll(async () => {
    lab = await up({hosts: 4});
    await lab.reset(...hosts);
    for (const host of hosts) {
      await lab.install(host, 'pdlab-slow=1.0');
      await lab.shell(host, 'echo 3 > /etc/pdlab-slow-seconds; apt-get -q update');
    }
    deck = await patchdeckOn(lab);
  });

  /** Gives a command again and again, killing it, until it came to its end. */
  const through = async (...args: string[]): Promise<void> => {
    for (;;) {
      const running = deck.start(...args);
      const moment = left > 0 ? 300 + random() * 7000 : 120_000;
      const timer = new AbortController();
      const ended = await Promise.race([
        running.ended,
        delay(moment, undefined, {signal: timer.signal}).catch(() => undefined),
      ]);
      timer.abort();
      if (ended !== undefined) {
        if (ended.exit === 0) return;
        throw new Error(`${args.join(' ')} ended with ${String(ended.exit)} (seed ${seed}): ${ended.said}`);
      }
      left -= 1;
      landed += 1;
      running.child.kill('SIGKILL');
      await running.ended;
    }
  };

  const stateNow = async (): Promise<RunState> => {
    const id = await openRunOf(deck.stateDir);
    if (id === undefined) throw new Error('no run is open');
    return (await readRun(deck.stateDir, id)).state;
  };

  /** A whole run there and back. Gives what it came to before and after it went back, and its jobs. */
  const round = async (): Promise<{outcomes: unknown[]; jobs: JobRecord[]}> => {
    await through('scan', ...hosts);
    await through('plan', '--package', 'pdlab-slow', '--package', 'pdlab-web');
    await through('test', '--yes', '--sign-off', 'tester', '--reason', 'good');
    await through('deploy', '--yes');
    await through('verify');
    const there = await stateNow();
    for (const host of hosts) expect(await versionOn(lab, host, 'pdlab-slow')).toBe('2.0');
    // Rolled back once; given again after a kill it may be said of a host that it is done already.
    for (const host of hosts) {
      await through('rollback', host, '--yes').catch((error: unknown) => {
        if (!String(error).includes('is rolled back already')) throw error;
      });
      expect(await versionOn(lab, host, 'pdlab-slow')).toBe('1.0');
      expect((await lab.shell(host, 'dpkg --audit')).stdout).toBe('');
    }
    const back = await stateNow();
    for (const state of [there, back]) expectIntentsKnown(state);
    expect(await verifyRun(deck.stateDir, back.run.id)).toMatchObject({broken: []});
    expect((await deck.run('runs', 'close', '--reason', 'round over')).exit).toBe(0);
    return {outcomes: [there, back].map(outcomeOfRun), jobs: jobsOf(back)};
  };

  it(
    'after every kill the same command goes on; each run ends as the one that nobody disturbed, every intent is known, and no job ran twice',
    {timeout: 1_200_000},
    async () => {
      const undisturbed = await round();
      const jobs = [...undisturbed.jobs];
      left = kills;
      while (left > 0) {
        const disturbed = await round();
        expect({seed, outcomes: disturbed.outcomes}).toEqual({seed, outcomes: undisturbed.outcomes});
        jobs.push(...disturbed.jobs);
      }
      expect(landed).toBe(kills);
      for (const host of hosts) {
        // As the host has it: each once, those that the record says it ran and no other.
        const ran = jobs.filter(job => job.host === host && job.outcome === 'ended').map(({id}) => id);
        expect((await startedJobs(lab, host)).sort()).toEqual(ran.sort());
        const {stdout: rest} = await lab.shell(
          host,
          'ls /var/lib/patchdeck/jobs; systemctl list-units --no-legend "patchdeck-*"',
        );
        expect(rest.trim()).toBe('');
      }
    },
  );
});
