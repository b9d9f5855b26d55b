import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {printBootIdentity, printMachineId} from '../../src/jobs/boot-identity.ts';
import {pollJob, startJob, type StartAnswer} from '../../src/jobs/job-scripts.ts';
import {unitOf} from '../../src/jobs/job-unit.ts';
import type {Job, JobState} from '../../src/model/job.ts';
import {defineScript, type Probe} from '../../src/model/script.ts';
import type {Lab} from './lab.ts';

/** Jobs on one host of the lab: the real scripts, run as root inside it, past its network and its sshd. */
export type HostJobs = {
  shell(command: string): Promise<string>;
  ask<Args, Answer>(probe: Probe<Args, Answer>, args: Args): Promise<Answer>;
  newJob(): Promise<Job>;
  /** Starts a job whose payload is this body of a shell function. */
  start(job: Job, body: string): Promise<StartAnswer>;
  stateOf(job: Job): Promise<JobState>;
  logOf(job: Job): Promise<string>;
  /** Its state once it does not run any more. */
  ended(job: Job): Promise<JobState>;
};

/** `inside`: the shell that the scripts are given to, for a host that is to look otherwise to them. */
export const jobsOn = (lab: Lab, host: string, inside = '/bin/sh -s'): HostJobs => {
  const shell = async (command: string): Promise<string> => {
    const {code, stdout, stderr} = await lab.shell(host, command, {timeoutMs: 60_000});
    if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${stderr}`);
    return stdout.trim();
  };
  const jobs: HostJobs = {
    shell,
    ask: async (probe, args) => {
      const input = probe.script(args).text;
      const {code, stdout, stderr} = await lab.shell(host, inside, {input, timeoutMs: 120_000});
      if (code !== 0) throw new Error(`it ended with ${String(code)}: ${stderr}`);
      return probe.parse(Buffer.from(stdout));
    },
    newJob: async () => ({
      id: randomBytes(16).toString('hex'),
      host,
      kind: 'install',
      planDigest: 'f'.repeat(64),
      bootId: await shell(printBootIdentity),
      machineId: await shell(printMachineId),
    }),
    start: (job, body) =>
      jobs.ask(startJob, {job, payload: defineScript('test.payload', {}, body, {root: true}), by: 'tester'}),
    stateOf: async job => (await jobs.ask(pollJob, {job, offset: 0})).state,
    logOf: async job => Buffer.from((await jobs.ask(pollJob, {job, offset: 0})).chunk).toString(),
    ended: async job => {
      await until('the job ended', async () => (await jobs.stateOf(job)).state !== 'running');
      return await jobs.stateOf(job);
    },
  };
  return jobs;
};

/** The ids of the jobs that a host's systemd started, once for each time, as its own journal has them. */
export const startedJobs = async (lab: Lab, host: string): Promise<string[]> => {
  const {stdout} = await lab.shell(host, 'journalctl -q --no-pager -o cat');
  const started = new RegExp(`^Started ${unitOf('([0-9a-f]{32})')}`);
  return stdout.split('\n').flatMap(line => started.exec(line)?.[1] ?? []);
};

/** How long a whole reboot may take on a busy machine, whose disk is synced for it. */
export const rebootMs = 180_000;

/** Looks every 100 ms; throws when it does not come true in time. */
export const until = async (what: string, holds: () => Promise<boolean>, ms = 60_000): Promise<void> => {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came true: ${what}`);
    await delay(100);
  }
};
