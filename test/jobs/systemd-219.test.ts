import {randomBytes} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, it, test} from 'vitest';
import {requestReboot} from '../../src/hosts/reboot.ts';
import {endAside, startAside} from '../../src/hosts/set-aside.ts';
import {inhibitUpdaters} from '../../src/hosts/updaters.ts';
import {printBootIdentity, printMachineId} from '../../src/jobs/boot-identity.ts';
import {pollJob, removeJob, startJob, type JobReport} from '../../src/jobs/job-scripts.ts';
import type {Job} from '../../src/model/job.ts';
import {defineScript} from '../../src/model/script.ts';
import {createOldHost, type OldHost} from './systemd-219-stand-in.ts';

/** The real scripts, under a stand-in for systemd 219 that refuses what it refuses: RHEL 7, CentOS 7, Amazon Linux 2. */
let host: OldHost;
beforeEach(async () => {
  host = await createOldHost();
});
afterEach(() => host.remove());

const boot = async (): Promise<string> => (await host.shell(printBootIdentity)).stdout.trim();
const newJob = async (): Promise<Job> => ({
  id: randomBytes(16).toString('hex'),
  host: 'old1',
  kind: 'install',
  planDigest: 'f'.repeat(64),
  bootId: await boot(),
  machineId: (await host.shell(printMachineId)).stdout.trim(),
});
const payload = (body: string) => defineScript('test.payload', {}, body, {root: true});
const ended = async (job: Job): Promise<JobReport> => {
  for (let looks = 0; looks < 300; looks++) {
    const report = await host.ask(pollJob, {job, offset: 0});
    if (report.state.state !== 'running') return report;
    await delay(100);
  }
  throw new Error('the job does not end');
};

describe('a host with systemd 219', () => {
  it('takes a job, runs it once, tells its log and its end, and forgets it', async () => {
    const job = await newJob();
    const body = `echo ran >> '${host.root}/ran'; echo to stderr >&2; return 5`;
    const start = () => host.ask(startJob, {job, payload: payload(body), by: 'tester'});
    expect(await start()).toEqual({outcome: 'started', reason: ''});
    const {state, chunk} = await ended(job);
    // Nothing in it that the payload did not say.
    expect(Buffer.from(chunk).toString()).toBe('to stderr\n');
    expect(state).toEqual({state: 'ended', rc: 5, logBytes: 10});
    expect((await start()).outcome).toBe('claimed');
    await host.shell(`systemctl start patchdeck-job@${job.id}.service`);
    expect(await host.ask(removeJob, {id: job.id, outcome: 'ended'})).toBe('gone');
    expect((await host.shell(`cat '${host.root}/ran'`)).stdout).toBe('ran\n');
    expect(await host.journal()).toBe('');
  });

  it('is asked for a reboot in words that it knows', async () => {
    const run = {id: '20261124-0233-1a2b', epoch: 1, token: ''};
    expect(await host.ask(requestReboot, {bootId: await boot(), run})).toMatchObject({outcome: 'asked'});
  });

  it('has its updaters held off in words that it knows', async () => {
    expect(await host.ask(inhibitUpdaters, {seconds: 60})).toBe('held');
  });

  it('is set aside until a time on its own clock, by units that it loads', async () => {
    const aside = {kind: 'silence', start: 'true', end: 'true', seconds: 3600} as const;
    expect(await host.ask(startAside, aside)).toBeUndefined();
    const timer = await host.shell(`cat /etc/systemd/system/patchdeck-silence.timer`);
    const at = /^OnCalendar=(.*)$/m.exec(timer.stdout)?.[1] ?? '';
    const {stdout} = await host.shell(`date -d '${at}' +%s`);
    expect(Math.abs(Number(stdout) - Date.now() / 1000 - 3600)).toBeLessThan(60);
    expect((await host.shell('systemctl start patchdeck-silence.service')).code).toBe(0);
    expect(await host.journal()).toBe('');
    expect(await host.ask(endAside, {kind: 'silence'})).toBeUndefined();
  });
});

/** As a host booted with RHEL 7's systemd 219-78 answered. */
test.each([
  [
    'systemd-run -p KillMode=process -p TimeoutStopSec=1800 /bin/true',
    'Unknown assignment TimeoutStopSec=1800.',
  ],
  [
    'systemd-run -p StandardOutput=append:/dev/null /bin/true',
    'Unknown assignment StandardOutput=append:/dev/null.',
  ],
  ['systemctl show -p LoadState --value init.scope', "systemctl: unrecognized option '--value'"],
  ['systemd-inhibit --list --no-pager', "systemd-inhibit: unrecognized option '--no-pager'"],
])('the stand-in refuses `%s` as 219 does', async (command, words) => {
  const {code, stderr} = await host.shell(command);
  expect([code, stderr.split('\n')[0]]).toEqual([1, words]);
});

test.each([
  ['a time in a zone', '[Timer]\nOnCalendar=2026-11-26 11:31:14 UTC\n', 'lacks value setting. Refusing.'],
  [
    'a oneshot that is restarted',
    '[Service]\nType=oneshot\nRestart=on-failure\nExecStart=/bin/true\n',
    "isn't allowed for Type=oneshot",
  ],
])('the stand-in does not load %s, as 219 does not', async (_, text, words) => {
  const unit = text.startsWith('[Timer]') ? 'old.timer' : 'old.service';
  await host.shell(`cat > /run/systemd/system/${unit} <<'UNIT'\n${text}UNIT`);
  expect((await host.shell(`systemctl start ${unit}`)).code).toBe(1);
  expect(await host.journal()).toContain(words);
});
