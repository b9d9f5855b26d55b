import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {printBootIdentity, printMachineId} from '../../src/jobs/boot-identity.ts';
import {defaultFollowLimits, followJob} from '../../src/jobs/follow.ts';
import {hostDirectory} from '../../src/jobs/host-directory.ts';
import {pollJob, removeJob, startJob, type StartAnswer} from '../../src/jobs/job-scripts.ts';
import {unitOf} from '../../src/jobs/job-unit.ts';
import type {Link} from '../../src/jobs/link.ts';
import type {Job, JobState} from '../../src/model/job.ts';
import {defineScript, type Script} from '../../src/model/script.ts';
import {host as exampleHost} from '../policy/example-fleet.ts';
import {run} from './command.ts';
import {handouts} from './handouts.ts';
import {jobsOn, until, type HostJobs} from './host-jobs.ts';
import {up, type Lab} from './lab.ts';

/** Jobs on a whole host: the real scripts, run as root inside it. */
const host = 'lab4';
let lab: Lab;
let jobs: HostJobs;
let identity: {bootId: string; machineId: string};

const shell = (command: string): Promise<string> => jobs.shell(command);
const ask: HostJobs['ask'] = (probe, args) => jobs.ask(probe, args);
const start = (job: Job, body: string): Promise<StartAnswer> => jobs.start(job, body);
const stateOf = (job: Job): Promise<JobState> => jobs.stateOf(job);
const logOf = (job: Job): Promise<string> => jobs.logOf(job);
const ended = (job: Job): Promise<JobState> => jobs.ended(job);
const payload = (body: string): Script => defineScript('test.payload', {}, body, {root: true});
const newJob = (): Job => ({
  id: randomBytes(16).toString('hex'),
  host,
  kind: 'install',
  planDigest: 'f'.repeat(64),
  ...identity,
});
const runnerOf = (job: Job): Promise<string> => shell(`systemctl show -p MainPID --value ${unitOf(job.id)}`);

const identify = async (): Promise<void> => {
  identity = {bootId: await shell(printBootIdentity), machineId: await shell(printMachineId)};
};

beforeAll(async () => {
  lab = await up({hosts: 4});
  await lab.reset(host);
  jobs = jobsOn(lab, host);
  await identify();
});
afterAll(() => lab.reset(host));
beforeEach(async () => {
  await shell('rm -f /root/ran /root/go');
});

describe('a job on a real host', () => {
  it('starts at most once, however often and at the same time it is asked for', async () => {
    const job = newJob();
    const body = 'echo ran >> /root/ran; while [ ! -e /root/go ]; do sleep 0.1; done';
    const answers = await Promise.all(Array.from({length: 6}, () => start(job, body)));
    expect(answers.map(({outcome}) => outcome).sort()).toEqual([
      ...Array<string>(5).fill('claimed'),
      'started',
    ]);
    expect(await start(job, body)).toEqual({outcome: 'claimed', reason: ''});
    await shell('touch /root/go');
    expect(await ended(job)).toMatchObject({state: 'ended', rc: 0});
    // Also after its end.
    expect((await start(job, body)).outcome).toBe('claimed');
    await delay(500);
    expect(await shell('cat /root/ran')).toBe('ran');
    expect(await shell(`journalctl -q --no-pager | grep -c "Started ${unitOf(job.id)}"`)).toBe('1');
  });

  it('is not ended by those who look at it while it begins', async () => {
    for (let round = 0; round < 8; round++) {
      const job = newJob();
      const looking = {done: false};
      const look = async (): Promise<void> => {
        while (!looking.done) await ask(pollJob, {job, offset: 0});
      };
      const looks = [look(), look(), look()];
      await start(job, 'echo ran >> /root/ran');
      expect(await ended(job)).toMatchObject({state: 'ended', rc: 0});
      looking.done = true;
      await Promise.all(looks);
    }
    expect((await shell('cat /root/ran')).split('\n')).toHaveLength(8);
  });

  it('finds the host busy, ends with 75 at once, and names whose job it is', async () => {
    const first = newJob();
    await start(first, 'echo begun; while [ ! -e /root/go ]; do sleep 0.1; done');
    await until('the first runs', async () => (await logOf(first)) === 'begun\n');
    const second = newJob();
    await start(second, 'echo never > /root/ran');
    expect(await ended(second)).toMatchObject({state: 'ended', rc: 75});
    expect(await logOf(second)).toMatch(
      new RegExp(`^busy: \\{"id":"${first.id}","kind":"install",.*"by":"tester"\\} at 20`),
    );
    expect(await stateOf(first)).toMatchObject({state: 'running'});
    await shell('touch /root/go');
    expect(await ended(first)).toMatchObject({state: 'ended', rc: 0});
    const third = newJob();
    await start(third, 'true');
    expect(await ended(third)).toMatchObject({state: 'ended', rc: 0});
    expect(await shell('ls /root/ran 2>/dev/null | wc -l')).toBe('0');
  });

  it('is followed by offset to its last byte, nothing missing and nothing twice', async () => {
    const job = newJob();
    const lines = 9000;
    await start(
      job,
      `i=0; while [ $i -lt ${lines} ]; do i=$((i + 1)); echo "line $i of a log that is followed"; [ $((i % 3000)) -ne 0 ] || sleep 1; done; return 4`,
    );
    const link: Link = {
      host: exampleHost(host),
      ask: (probe, args) => ask(probe, args),
      close: () => undefined,
    };
    const chunks: Uint8Array[] = [];
    const state = await followJob(job, 0, {
      link,
      limits: {...defaultFollowLimits, pollMs: 50},
      now: () => Date.now(),
      random: () => 0.5,
      sleep: ms => delay(ms),
      signal: new AbortController().signal,
      onLog: chunk => {
        chunks.push(chunk);
        return Promise.resolve();
      },
      onAway: () => undefined,
    });
    expect(state).toMatchObject({state: 'ended', rc: 4});
    const log = Buffer.concat(chunks).toString().split('\n');
    expect(log.slice(0, lines)).toEqual(
      Array.from({length: lines}, (_, i) => `line ${i + 1} of a log that is followed`),
    );
    expect(chunks.length).toBeGreaterThan(4);
  });

  it('is died, not ended, when its runner is killed with -9', async () => {
    const job = newJob();
    await start(job, 'echo begun; sleep 300');
    await until('it runs', async () => (await logOf(job)) === 'begun\n');
    await shell(`kill -9 ${await runnerOf(job)}`);
    // Its clock was set back since: by it, the job was claimed in an hour from now.
    await shell(`find ${hostDirectory}/jobs/${job.id} -exec touch -d '1 hour' {} +`);
    expect(await stateOf(job)).toMatchObject({state: 'died'});
    expect((await start(job, 'echo again > /root/ran')).outcome).toBe('claimed');
    await shell('pkill -x sleep; true');
  });

  it('goes on when its unit is told to stop, and when its runner is told to end', async () => {
    const job = newJob();
    await start(job, 'echo begun; while [ ! -e /root/go ]; do sleep 0.1; done; echo finished');
    await until('it runs', async () => (await logOf(job)) === 'begun\n');
    // What keeps it at a shutdown: only the runner is told, and it is waited for.
    expect(
      (await shell(`systemctl show -p KillMode -p TimeoutStopUSec ${unitOf(job.id)}`)).split('\n'),
    ).toEqual(expect.arrayContaining(['KillMode=process', 'TimeoutStopUSec=30min']));
    await shell(`systemctl stop --no-block ${unitOf(job.id)}; kill -TERM ${await runnerOf(job)}; sleep 1`);
    expect(await stateOf(job)).toMatchObject({state: 'running'});
    await shell('touch /root/go');
    expect(await ended(job)).toMatchObject({state: 'ended', rc: 0});
    expect(await logOf(job)).toBe('begun\nfinished\n');
  });

  it('holds off a shutdown while it runs', async () => {
    const job = newJob();
    await start(job, 'echo begun; while [ ! -e /root/go ]; do sleep 0.1; done');
    await until('it runs', async () => (await logOf(job)) === 'begun\n');
    expect(await shell('systemd-inhibit --list --no-legend --no-pager')).toMatch(
      /patchdeck.*shutdown.*block/,
    );
    await shell('touch /root/go');
    await ended(job);
    expect(await shell('systemd-inhibit --list --no-legend --no-pager')).not.toMatch(/patchdeck/);
  });

  it('survives the end of every session of its user, with KillUserProcesses=yes', async () => {
    const {sshConfig} = await handouts();
    await shell(
      'mkdir -p /etc/systemd/logind.conf.d; printf "[Login]\\nKillUserProcesses=yes\\n" > /etc/systemd/logind.conf.d/kill.conf; systemctl restart systemd-logind; rm -f /tmp/other',
    );
    const job = newJob();
    const body = 'echo begun; while [ ! -e /root/go ]; do sleep 0.1; done';
    const {text} = startJob.script({job, payload: payload(body), by: 'tester'});
    const overSsh = async (command: string, input: string): Promise<string> => {
      const {code, stdout, stderr} = await run(
        'ssh',
        ['-F', sshConfig, '-o', 'BatchMode=yes', host, command],
        {input},
      );
      if (code !== 0) throw new Error(stderr);
      return stdout;
    };
    expect(startJob.parse(Buffer.from(await overSsh('sudo -n /bin/sh -s', text))).outcome).toBe('started');
    // What others do to outlive their session does not help them.
    await overSsh('nohup setsid sleep 7777 >/dev/null 2>&1 & sleep 0.3; pgrep -fx "sleep 7777"', '');
    await shell('loginctl terminate-user ops || true');
    await until('every session is over, with all that ran in it', async () => {
      const scopes = await shell('systemctl list-units --all --no-legend "session-*.scope" | wc -l');
      return scopes === '0' && (await shell('pgrep -fx "sleep 7777" | wc -l')) === '0';
    });
    expect(await stateOf(job)).toMatchObject({state: 'running'});
    await shell('touch /root/go; rm /etc/systemd/logind.conf.d/kill.conf; systemctl restart systemd-logind');
    expect(await ended(job)).toMatchObject({state: 'ended', rc: 0});
  });

  it('is forgotten only when it has ended, but for how it ended', async () => {
    const job = newJob();
    await start(job, 'while [ ! -e /root/go ]; do sleep 0.1; done');
    await until('it begins', async () =>
      (await shell(`ls ${hostDirectory}/jobs/${job.id}`)).includes('begun'),
    );
    expect(await ask(removeJob, {id: job.id, outcome: 'died'})).toBe('kept');
    expect(await stateOf(job)).toMatchObject({state: 'running'});
    await shell('touch /root/go');
    await ended(job);
    expect(await ask(removeJob, {id: job.id, outcome: 'ended'})).toBe('gone');
    expect(await shell(`ls ${hostDirectory}/jobs`)).not.toContain(job.id);
    // How it ended stays known: a console with an older copy of the run must not start it again.
    expect(await stateOf(job)).toMatchObject({state: 'ended', rc: 0});
    expect(await start(job, 'touch /root/ran')).toMatchObject({outcome: 'claimed'});
  });
});

describe('a job that must not begin', () => {
  it('is never-started where nothing of it is, and replaced where the host is another', async () => {
    const job = newJob();
    expect(await stateOf(job)).toEqual({state: 'never-started'});
    expect(await stateOf({...job, bootId: 'earlier/1'})).toMatchObject({state: 'replaced'});
    expect(await stateOf({...job, machineId: '0'.repeat(32)})).toMatchObject({state: 'replaced'});
    const elsewhere = await start({...job, machineId: '0'.repeat(32)}, 'touch /root/ran');
    expect(elsewhere).toMatchObject({outcome: 'replaced'});
    expect(elsewhere.reason).toContain('not the machine that was scanned');
    expect(await stateOf(job)).toEqual({state: 'never-started'});
  });

  it('is refused when it cannot be written whole, and can be started once there is room', async () => {
    await shell(
      `mount -t tmpfs -o size=64k,mode=700 none ${hostDirectory}; mkdir -m 700 ${hostDirectory}/jobs`,
    );
    await shell(`head -c 60000 /dev/zero > ${hostDirectory}/filler 2>/dev/null; true`);
    const job = newJob();
    const answer = await start(job, 'touch /root/ran');
    expect(answer.outcome).toBe('refused');
    expect(answer.reason).toContain('is its disk full?');
    expect(await stateOf(job)).toEqual({state: 'never-started'});
    await shell(`rm ${hostDirectory}/filler`);
    expect((await start(job, 'touch /root/ran')).outcome).toBe('started');
    expect(await ended(job)).toMatchObject({state: 'ended', rc: 0});
    await shell(`umount -l ${hostDirectory}; test -e /root/ran`);
  });
});
