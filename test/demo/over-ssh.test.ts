import {mkdtemp, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {startDemo, type Demo} from '../../src/demo/start.ts';
import {loadKev} from '../../src/advisories/kev.ts';
import {parseInventory} from '../../src/inventory/parse.ts';
import {baseline, compareBaselines} from '../../src/hosts/baseline.ts';
import {facts} from '../../src/hosts/facts.ts';
import {bootState, requestReboot} from '../../src/hosts/reboot.ts';
import {followJob} from '../../src/jobs/follow.ts';
import {startJob} from '../../src/jobs/job-scripts.ts';
import {createLink, type Link} from '../../src/jobs/link.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import type {Job} from '../../src/model/job.ts';
import type {StepPoint} from '../../src/model/rollback.ts';
import {defineScript, type Script} from '../../src/model/script.ts';
import {findDeviations} from '../../src/rollout/state-proof.ts';
import {defaultDeadlines, type Transport} from '../../src/ssh/session.ts';
import {createTransport} from '../../src/ssh/transport.ts';

let demo: Demo;
let directory: string;
let transport: Transport;
const closing = new AbortController();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchdeck-demo-test-'));
  const workerUrl = new URL('../../src/demo/worker.ts', import.meta.url);
  demo = await startDemo({workerUrl, directory: join(directory, 'fleet'), speed: 40});
  transport = createTransport({
    configFile: 'none',
    identityFiles: [demo.identityFile],
    knownHostsFiles: [demo.knownHostsFile],
    useAgent: false,
    deadlines: defaultDeadlines,
  });
});

afterAll(async () => {
  await demo.close();
  await rm(directory, {recursive: true, force: true});
});

const linkTo = (name: string): Link => {
  const host = parseInventory(demo.inventoryText, 'the demo').hosts.find(item => item.name === name);
  if (host === undefined) throw new Error(`no ${name}`);
  return createLink(host, transport, () => Promise.reject(new Error('a question was asked')), closing.signal);
};

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Runs a payload as a job over the link, whatever happens to it; `aways` counts outages. */
const runOn = async (
  link: Link,
  id: string,
  payload: Script,
): Promise<{rc: number; log: string; aways: number}> => {
  const seen = await link.ask(facts, undefined);
  const job: Job = {
    id: id.padStart(32, '0'),
    host: link.host.name,
    kind: 'install',
    planDigest: 'd'.repeat(64),
    bootId: seen.bootId,
    machineId: seen.machineId,
  };
  expect(await link.ask(startJob, {job, payload, by: 'test'})).toEqual({outcome: 'started', reason: ''});
  let log = '';
  let aways = 0;
  const state = await followJob(job, 0, {
    link,
    limits: {pollMs: 20, patienceMs: 15_000, retryMs: 40},
    now: () => Date.now(),
    random: () => 0.5,
    sleep,
    signal: closing.signal,
    onLog: chunk => {
      log += Buffer.from(chunk).toString();
      return Promise.resolve();
    },
    onAway: () => {
      aways += 1;
    },
  });
  if (state === 'lost' || state.state !== 'ended') throw new Error('the job did not end');
  return {rc: state.rc, log, aways};
};

const stageAt = '/var/lib/patchdeck/stage/demo';

test('its files are closed to others, and its inventory and catalogue are what the program reads', async () => {
  for (const path of [
    demo.identityFile,
    demo.knownHostsFile,
    demo.kev,
    join(directory, 'fleet/inventory.yaml'),
  ])
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  const inventory = parseInventory(demo.inventoryText, 'the demo');
  expect(inventory.fleet).toBe('demo-shop');
  expect(inventory.hosts).toHaveLength(24);
  expect(inventory.hosts.filter(host => host.canary).map(host => host.name)).toEqual([
    'web1',
    'api1',
    'mon1',
  ]);
  expect(inventory.hosts.find(host => host.name === 'db1')).toMatchObject({
    criticality: 'critical',
    data: 'regulated',
    wave: 3,
    become: 'sudo',
  });
  const kev = await loadKev({file: demo.kev}, directory, Date.now());
  if ('missing' in kev) throw new Error(kev.missing);
  expect(kev.entries.get('CVE-2023-44487')).toMatchObject({since: '2023-10-10', ransomware: false});
});

test.each(['web1', 'api3'])('%s over real SSH: scan, plan, stage, install and back', async name => {
  const link = linkTo(name);
  const seen = await link.ask(facts, undefined);
  expect(seen.os.id).toBe('debian');
  expect((await link.ask(apt.refresh, undefined)).fresh).toBe(true);
  const updates = await link.ask(apt.pending, undefined);
  const wanted = updates
    .filter(update => update.security)
    .map(update => ({name: update.name, arch: update.arch, version: update.candidate}));
  const {changes} = await link.ask(apt.simulate, wanted);
  const before = await link.ask(apt.installed, undefined);
  const healthy = await link.ask(baseline, undefined);

  expect((await runOn(link, 'a1', apt.stage({directory: stageAt, changes}))).rc).toBe(0);
  const packages = await link.ask(apt.staged, {directory: stageAt});
  const marks = await link.ask(apt.marks, undefined);
  const point: StepPoint = {
    manager: 'apt',
    directory: stageAt,
    ...packages,
    ...marks,
    simulated: true,
    grade: 'full',
    reasons: [],
  };
  const installed = await runOn(link, 'a2', apt.install({point, changes}));
  expect(installed.rc).toBe(0);
  expect(installed.aways > 0).toBe(name === 'api3');
  expect(findDeviations(before, changes, await link.ask(apt.installed, undefined))).toEqual([]);
  const regressions = compareBaselines(healthy, await link.ask(baseline, undefined));
  expect(regressions.map(regression => regression.unit)).toEqual(
    name === 'web1' ? ['php8.2-fpm.service'] : [],
  );

  const undone = await runOn(link, 'a3', apt.undo({point, changes}));
  expect(undone.rc).toBe(0);
  expect(findDeviations(before, [], await link.ask(apt.installed, undefined))).toEqual([]);
  expect(await link.ask(apt.marks, undefined)).toEqual(marks);
  expect(compareBaselines(healthy, await link.ask(baseline, undefined))).toEqual([]);
  link.close();
});

test('build1 goes away for its reboot and comes back in another boot', async () => {
  const link = linkTo('build1');
  const {bootId} = await link.ask(bootState, undefined);
  expect((await link.ask(requestReboot, {bootId, run: {id: 'run-1', epoch: 1, token: ''}})).outcome).toBe(
    'asked',
  );
  const deadline = Date.now() + 10_000;
  let refused = 0;
  for (;;) {
    const seen = await link.ask(bootState, undefined).catch(() => undefined);
    if (seen === undefined) refused += 1;
    else if (seen.bootId !== bootId && seen.system === 'running') break;
    if (Date.now() > deadline) throw new Error('it did not come back');
    await sleep(10);
  }
  expect(refused).toBeGreaterThan(0);
  link.close();
});

test('mail1 cannot be reached', async () => {
  await expect(linkTo('mail1').ask(facts, undefined)).rejects.toMatchObject({code: 'ssh.refused'});
});

test('what a demo host does not know ends with 127 and its reason', async () => {
  const link = linkTo('lb1');
  const probe = {script: () => defineScript('host.dance', {}, 'true', {root: true}), parse: () => undefined};
  await expect(link.ask(probe, undefined)).rejects.toThrow(
    /host\.dance on lb1 ended with 127 \(.*host\.dance: not found\)/,
  );
  link.close();
});
