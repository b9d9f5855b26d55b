import {createHost} from '../../src/demo/create-host.ts';
import {advance, type DemoHost} from '../../src/demo/host.ts';
import {seededRandom} from '../../src/demo/random.ts';
import {runScript} from '../../src/demo/run-script.ts';
import {fleet} from '../../src/demo/world/fleet.ts';
import {pollJob, startJob} from '../../src/jobs/job-scripts.ts';
import type {Job} from '../../src/model/job.ts';
import type {Change} from '../../src/model/package.ts';
import type {StepPoint} from '../../src/model/rollback.ts';
import type {Probe, Script} from '../../src/model/script.ts';
import {apt} from '../../src/managers/apt/apt.ts';

/** A host of the demo with a clock of its own, asked by the real probes. */
export type Bench = {
  host: DemoHost;
  now: number;
  ask<Args, Answer>(probe: Probe<Args, Answer>, args: Args): Answer;
  wait(ms: number): void;
  /** Runs a payload as a job to its end. */
  run(payload: Script): {rc: number; log: string; tookMs: number};
};

const start = Date.parse('2026-11-24T03:00:00Z');

/** A host of the fleet as it is at first, at speed 1. */
export const benchFor = (name: string): Bench => {
  const spec = fleet.find(item => item.name === name);
  if (spec === undefined) throw new Error(`no ${name} in the fleet`);
  const host = createHost(spec, {now: start, speed: 1, random: seededRandom(7)});
  const bench: Bench = {
    host,
    now: start,
    ask: (probe, args) => {
      const outcome = runScript(host, probe.script(args).text, bench.now);
      if (outcome.code !== 0) throw new Error(`${name}: ${outcome.code} ${outcome.stderr}`);
      return probe.parse(Buffer.from(outcome.stdout));
    },
    wait: ms => {
      bench.now += ms;
      advance(host, bench.now);
    },
    run: payload => {
      const begun = bench.now;
      const job = jobOn(bench, String(host.jobs.size + 1));
      bench.ask(startJob, {job, payload, by: 'test'});
      let log = '';
      for (;;) {
        const {state, chunk} = bench.ask(pollJob, {job, offset: Buffer.byteLength(log)});
        log += Buffer.from(chunk).toString();
        if (state.state === 'ended') return {rc: state.rc, log, tookMs: bench.now - begun};
        if (state.state !== 'running') throw new Error(`the job is ${state.state}`);
        bench.wait(100);
      }
    },
  };
  return bench;
};

export const jobOn = (bench: Bench, id: string): Job => ({
  id: id.padStart(32, '0'),
  host: bench.host.spec.name,
  kind: 'install',
  planDigest: 'd'.repeat(64),
  bootId: bench.host.boot,
  machineId: bench.host.machineId,
});

export const directory = '/var/lib/patchdeck/stage/test';

/** The exact changes of upgrading these source packages. */
export const planFor = (bench: Bench, ...sources: string[]): Change[] => {
  const wanted = bench
    .ask(apt.pending, undefined)
    .filter(update => sources.includes(update.source) && update.notInstalled !== 'held')
    .map(({name, arch, candidate}) => ({name, arch, version: candidate}));
  const {changes, refused} = bench.ask(apt.simulate, wanted);
  if (refused !== undefined) throw new Error(refused);
  return changes;
};

/** Stages a plan and makes its rollback point. */
export const stageFor = (bench: Bench, changes: readonly Change[]): StepPoint => {
  const {rc} = bench.run(apt.stage({directory, changes}));
  if (rc !== 0) throw new Error(`staging ended with ${rc}`);
  return {
    manager: 'apt',
    directory,
    ...bench.ask(apt.staged, {directory}),
    ...bench.ask(apt.marks, undefined),
    simulated: true,
    grade: 'full',
    reasons: [],
  };
};
