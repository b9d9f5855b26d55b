import {expect, test} from 'vitest';
import {isReachable} from '../../src/demo/host.ts';
import {reboot} from '../../src/demo/power.ts';
import {baseline, compareBaselines} from '../../src/hosts/baseline.ts';
import {facts, rebootReasons} from '../../src/hosts/facts.ts';
import {preflight} from '../../src/hosts/preflight.ts';
import {bootState, requestReboot} from '../../src/hosts/reboot.ts';
import {restartUnits, staleUnits} from '../../src/hosts/restart.ts';
import {insideChecks} from '../../src/hosts/smoke.ts';
import {inhibitUpdaters} from '../../src/hosts/updaters.ts';
import {pollJob, removeJob, startJob} from '../../src/jobs/job-scripts.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import {packageKey} from '../../src/model/package.ts';
import {gradeRollback} from '../../src/rollback/grade.ts';
import {findDeviations, reversed, sameChanges} from '../../src/rollout/state-proof.ts';
import {fleet} from '../../src/demo/world/fleet.ts';
import {benchFor, directory, jobOn, planFor, stageFor, type Bench} from './ask.ts';

const run = {id: 'run-1', epoch: 1, token: ''};

const everything = (bench: Bench): string[] => {
  const updates = bench.ask(apt.pending, undefined);
  return [...new Set(updates.map(update => update.source))];
};

test.each(fleet.map(spec => spec.name).filter(name => name !== 'cache2'))(
  '%s: plan, stage, simulate both ways, install, prove, undo, prove',
  name => {
    const bench = benchFor(name);
    const before = bench.ask(apt.installed, undefined);
    const marks = bench.ask(apt.marks, undefined);
    const changes = planFor(bench, ...everything(bench));
    expect(changes.length).toBeGreaterThan(2);

    const point = stageFor(bench, changes);
    expect(point.fresh.map(file => packageKey({...file, manager: 'apt'})).sort()).toEqual(
      changes
        .filter(item => item.to !== null)
        .map(packageKey)
        .sort(),
    );
    expect(point.gone).toEqual([]);
    const staged = bench.ask(apt.simulateStaged, {directory, changes, fresh: point.fresh});
    expect(staged.refused).toBeUndefined();
    expect(sameChanges(staged.changes, changes)).toBe(true);
    const back = bench.ask(apt.simulateUndo, {
      directory,
      changes,
      previous: point.previous,
      fresh: point.fresh,
    });
    expect(sameChanges(back.changes, reversed(changes))).toBe(true);

    const done = bench.run(apt.install({point, changes}));
    expect(done.rc).toBe(0);
    expect(done.tookMs).toBeGreaterThan(6000);
    expect(done.tookMs).toBeLessThan(22_000);
    expect(findDeviations(before, changes, bench.ask(apt.installed, undefined))).toEqual([]);
    expect(bench.ask(apt.marks, undefined).automatic.filter(item => !marks.automatic.includes(item))).toEqual(
      changes.filter(item => item.from === null).map(item => item.name),
    );
    const left = bench.ask(apt.pending, undefined).filter(update => update.notInstalled !== 'held');
    expect(left).toEqual([]);

    expect(bench.run(apt.undo({point, changes})).rc).toBe(0);
    expect(findDeviations(before, [], bench.ask(apt.installed, undefined))).toEqual([]);
    expect(bench.ask(apt.marks, undefined)).toEqual(marks);
    expect(
      bench.ask(insideChecks, {units: bench.host.role.units.map(unit => unit.name), commands: []}),
    ).toEqual([]);
  },
);

test('an install shows percentages that only rise, and what a person knows of apt', () => {
  const bench = benchFor('web2');
  const changes = planFor(bench, 'openssl', 'nginx');
  const {log} = bench.run(apt.install({point: stageFor(bench, changes), changes}));
  expect(log).toContain('4 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.');
  expect(log).toContain('Unpacking libssl3:amd64 (3.0.22-1~deb12u2) over (3.0.20-1~deb12u2) ...');
  expect(log).toContain('Setting up nginx (1.22.1-9+deb12u11) ...');
  const percents = log
    .split('\n')
    .filter(line => line.startsWith('pmstatus'))
    .flatMap(line => apt.progress(line)?.percent ?? []);
  expect(percents.length).toBeGreaterThan(10);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(percents.at(-1)).toBe(100);
});

test('in the middle of an install the lock is held, and what is unpacked and not configured yet is called nothing half-installed', () => {
  const bench = benchFor('web2');
  const changes = planFor(bench, 'openssl');
  const point = stageFor(bench, changes);
  const job = jobOn(bench, 'a1');
  bench.ask(startJob, {job, payload: apt.install({point, changes}), by: 'test'});
  bench.wait(4300);
  const {blocked} = bench.ask(preflight, undefined);
  expect(blocked).toEqual(["apt-get (pid 4711) holds dpkg's lock"]);
  expect(bench.ask(apt.installed, undefined).map(({status}) => status)).toContain('iU');
});

test('the web servers do not get on with the new php: its service fails, is named, and the way back mends it', () => {
  const bench = benchFor('web1');
  const before = bench.ask(baseline, undefined);
  const changes = planFor(bench, 'php8.2', 'nginx');
  const point = stageFor(bench, changes);
  const {rc, log} = bench.run(apt.install({point, changes}));
  expect(rc).toBe(0);
  expect(log).toContain('acme_trace.so');
  const regressions = compareBaselines(before, bench.ask(baseline, undefined));
  expect(regressions).toEqual([{what: 'php8.2-fpm.service failed', unit: 'php8.2-fpm.service'}]);
  expect(bench.ask(apt.owners, {unit: 'php8.2-fpm.service'})).toEqual(['php8.2-fpm']);
  expect(bench.run(restartUnits(['php8.2-fpm.service'])).rc).toBe(1);
  expect(bench.run(apt.undo({point, changes})).rc).toBe(0);
  expect(compareBaselines(before, bench.ask(baseline, undefined))).toEqual([]);
});

test('without that version a web server is healthy after its upgrade', () => {
  const bench = benchFor('web1');
  const before = bench.ask(baseline, undefined);
  const changes = planFor(bench, ...everything(bench).filter(source => source !== 'php8.2'));
  bench.run(apt.install({point: stageFor(bench, changes), changes}));
  expect(compareBaselines(before, bench.ask(baseline, undefined))).toEqual([]);
});

test('services that have a replaced library loaded are stale until they are restarted', () => {
  const bench = benchFor('api1');
  const changes = planFor(bench, 'openssl', 'nodejs');
  bench.run(apt.install({point: stageFor(bench, changes), changes}));
  const stale = bench.ask(staleUnits, undefined);
  expect(stale).toEqual({restart: ['ssh.service', 'shop-api.service'], reboot: []});
  const {rc, log} = bench.run(restartUnits(stale.restart));
  expect(rc).toBe(0);
  expect(log).toContain('patchdeck-progress 100 shop-api.service active');
  expect(bench.ask(staleUnits, undefined)).toEqual({restart: [], reboot: []});
});

test('a new kernel wants a reboot; asked once, the host is away and comes back in another boot', () => {
  const bench = benchFor('build1');
  const changes = planFor(bench, 'linux-signed-amd64');
  expect(changes).toContainEqual(expect.objectContaining({name: 'linux-image-6.1.0-56-amd64', from: null}));
  bench.run(apt.install({point: stageFor(bench, changes), changes}));
  expect(rebootReasons(bench.ask(facts, undefined))).toEqual([
    'asked for by linux-image-6.1.0-56-amd64',
    'kernel 6.1.0-56-amd64 is installed, 6.1.0-50-amd64 runs',
  ]);
  const {bootId} = bench.ask(bootState, undefined);
  expect(bench.ask(requestReboot, {bootId, run}).outcome).toBe('asked');
  bench.wait(1500);
  expect(isReachable(bench.host, bench.now)).toBe(true);
  bench.wait(1500);
  expect(isReachable(bench.host, bench.now)).toBe(false);
  bench.wait(8000);
  expect(isReachable(bench.host, bench.now)).toBe(true);
  const after = bench.ask(bootState, undefined);
  expect(after.bootId).not.toBe(bootId);
  expect(after.system).toBe('starting');
  expect(bench.ask(requestReboot, {bootId, run}).outcome).toBe('other-boot');
  bench.wait(2000);
  expect(bench.ask(bootState, undefined).system).toBe('running');
  expect(rebootReasons(bench.ask(facts, undefined))).toEqual([]);
});

test('a job starts at most once, holds the host, and ends with the boot it ran in', () => {
  const bench = benchFor('web2');
  const changes = planFor(bench, 'openssl');
  const payload = apt.stage({directory, changes});
  const job = jobOn(bench, 'b1');
  expect(bench.ask(pollJob, {job, offset: 0}).state).toEqual({state: 'never-started'});
  expect(bench.ask(startJob, {job, payload, by: 'test'}).outcome).toBe('started');
  expect(bench.ask(startJob, {job, payload, by: 'test'}).outcome).toBe('claimed');
  const second = jobOn(bench, 'b2');
  expect(bench.ask(startJob, {job: second, payload, by: 'test'}).outcome).toBe('started');
  expect(bench.ask(pollJob, {job: second, offset: 0}).state).toMatchObject({state: 'ended', rc: 75});
  expect(
    bench.ask(startJob, {job: {...jobOn(bench, 'b3'), machineId: 'other'}, payload, by: 'test'}).outcome,
  ).toBe('replaced');
  expect(bench.ask(removeJob, {id: job.id, outcome: 'interrupted'})).toBe('kept');
  expect(bench.ask(pollJob, {job, offset: 0}).state.state).toBe('running');
  // Nobody reboots it under the work of somebody: it fails by itself.
  const busy = bench.ask(requestReboot, {bootId: bench.host.boot, run});
  expect(busy).toMatchObject({outcome: 'busy', reason: expect.stringContaining('"by":"test"') as string});
  reboot(bench.host, bench.now);
  const third = jobOn(bench, 'b4');
  bench.wait(20_000);
  expect(bench.ask(pollJob, {job: third, offset: 0}).state.state).toBe('replaced');
  expect(bench.ask(pollJob, {job: {...job, machineId: 'other'}, offset: 0}).state.state).toMatch(
    /ended|interrupted/,
  );
});

test('a reboot in the middle of a job interrupts it', () => {
  const bench = benchFor('web2');
  const changes = planFor(bench, 'openssl', 'nginx');
  const point = stageFor(bench, changes);
  const job = jobOn(bench, 'c1');
  bench.ask(requestReboot, {bootId: bench.host.boot, run});
  bench.ask(startJob, {job, payload: apt.install({point, changes}), by: 'test'});
  bench.wait(20_000);
  expect(bench.ask(pollJob, {job, offset: 0}).state.state).toBe('interrupted');
});

test('a log is read on from where it was left, and is the same whole', () => {
  const bench = benchFor('lb1');
  const changes = planFor(bench, 'haproxy', 'openssl');
  const point = stageFor(bench, changes);
  const {log} = bench.run(apt.install({point, changes}));
  const job = jobOn(bench, String(bench.host.jobs.size));
  const whole = bench.ask(pollJob, {job, offset: 0});
  expect(Buffer.from(whole.chunk).toString()).toBe(log);
  const rest = bench.ask(pollJob, {job, offset: 100});
  expect(Buffer.from(rest.chunk).toString()).toBe(log.slice(100));
});

test('one host breaks its connections in the middle of an install and goes on with it', () => {
  const bench = benchFor('api3');
  const changes = planFor(bench, ...everything(bench));
  const point = stageFor(bench, changes);
  const job = jobOn(bench, 'd1');
  bench.ask(startJob, {job, payload: apt.install({point, changes}), by: 'test'});
  let away = 0;
  for (let waited = 0; waited < 40_000; waited += 100) {
    bench.wait(100);
    if (!isReachable(bench.host, bench.now)) away += 100;
  }
  expect(away).toBeGreaterThan(8000);
  expect(away).toBeLessThan(10_000);
  expect(bench.ask(pollJob, {job, offset: 0}).state).toMatchObject({state: 'ended', rc: 0});
});

test('a staged file that is not what it was stops the install before anything is changed', () => {
  const bench = benchFor('web2');
  const before = bench.ask(apt.installed, undefined);
  const changes = planFor(bench, 'openssl');
  const point = stageFor(bench, changes);
  const spoiled = {...point, fresh: point.fresh.map(file => ({...file, sha256: 'e'.repeat(64)}))};
  const {rc, log} = bench.run(apt.install({point: spoiled, changes}));
  expect(rc).toBe(1);
  expect(log).toContain('is not what was staged');
  expect(bench.ask(apt.installed, undefined)).toEqual(before);
});

test('the way back is full where the archive or the cache has it, partial where it is packed anew', () => {
  const grade = (name: string, source: string): string => {
    const bench = benchFor(name);
    const changes = planFor(bench, source);
    const {previous, gone} = stageFor(bench, changes);
    return gradeRollback({changes, previous, gone, simulationDiffers: undefined, refusals: []}).grade;
  };
  expect(grade('web2', 'openssl')).toBe('full');
  expect(grade('web2', 'php8.2')).toBe('full');
  expect(grade('web2', 'acme-agent')).toBe('partial');
  expect(grade('mon1', 'net-snmp')).toBe('partial');
});

test('updaters that were held off come back by themselves when the time is over', () => {
  const bench = benchFor('db1');
  bench.ask(inhibitUpdaters, {seconds: 60});
  expect(bench.host.updaters.active).toEqual([]);
  bench.wait(61_000);
  expect(bench.host.updaters.active).toEqual(['apt-daily.timer', 'apt-daily-upgrade.timer']);
});
