import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {runScript} from '../../src/demo/run-script.ts';
import {payloads} from '../../src/demo/payloads/all.ts';
import {verbs} from '../../src/demo/verbs/all.ts';
import {fleet} from '../../src/demo/world/fleet.ts';
import {entriesAfter, cvesIn} from '../../src/advisories/changelog.ts';
import {baseline} from '../../src/hosts/baseline.ts';
import {facts, rebootReasons} from '../../src/hosts/facts.ts';
import {findingsOf, preflight} from '../../src/hosts/preflight.ts';
import {bootState} from '../../src/hosts/reboot.ts';
import {staleUnits} from '../../src/hosts/restart.ts';
import {insideChecks} from '../../src/hosts/smoke.ts';
import {inhibitUpdaters, releaseUpdaters} from '../../src/hosts/updaters.ts';
import {apt} from '../../src/managers/apt/apt.ts';
import {distributionManagers} from '../../src/managers/registry.ts';
import {notInstalledClasses} from '../../src/model/package.ts';
import {defineScript} from '../../src/model/script.ts';
import {benchFor} from './ask.ts';

test('every verb that the program sends is one a demo host knows', () => {
  const sources = readdirSync('src', {recursive: true, encoding: 'utf8'})
    .filter(path => path.endsWith('.ts') && !path.startsWith('demo'))
    .map(path => readFileSync(`src/${path}`, 'utf8'))
    .filter(text => text.includes('defineScript('));
  const named = sources.flatMap(text =>
    [...text.matchAll(/defineScript\(\s*'([a-z.-]+)'/g)].map(([, verb]) => verb),
  );
  const constants = sources
    .filter(text => /defineScript\(\s*verb/.test(text))
    .flatMap(text => [...text.matchAll(/^const verb = '([a-z.-]+)'/gm)].map(([, verb]) => verb));
  // Every host of the demo has apt, and no application with an updater of its own.
  const elsewhere = ['custom', 'rpm', ...distributionManagers.map(({id}) => id).filter(id => id !== 'apt')];
  const sent = [...named, ...constants].filter(verb => !elsewhere.includes(verb?.split('.')[0] ?? ''));
  expect(sent.length).toBeGreaterThan(20);
  expect(sent.filter(verb => verb !== undefined && !verbs.has(verb) && !payloads.has(verb))).toEqual([]);
});

test('a verb nobody knows ends with 127 and says so on stderr', () => {
  const {host, now} = benchFor('web1');
  const script = defineScript('host.dance', {}, 'true', {root: false});
  expect(runScript(host, script.text, now)).toEqual({
    stdout: '',
    stderr: 'demo host web1: host.dance: not found\n',
    code: 127,
  });
});

test.each(fleet.map(spec => spec.name))('%s: the answer to every question parses', name => {
  const bench = benchFor(name);
  const seen = bench.ask(facts, undefined);
  expect(seen.machineId).toMatch(/^[0-9a-f]{32}$/);
  expect(seen.bootId).toMatch(/^[0-9a-f-]{36}\/\d+$/);
  expect(rebootReasons(seen)).toEqual([]);
  expect(bench.ask(baseline, undefined).failedUnits).toEqual([]);
  expect(bench.ask(apt.refresh, undefined)).toEqual({fresh: true, failures: []});
  expect(bench.ask(apt.lists, undefined)).toBeGreaterThan(0);
  expect(bench.ask(staleUnits, undefined)).toEqual({restart: [], reboot: []});
  expect(bench.ask(bootState, undefined)).toEqual({bootId: seen.bootId, system: 'running'});
  bench.ask(inhibitUpdaters, {seconds: 600});
  expect(bench.host.updaters.active).toEqual([]);
  expect(bench.ask(releaseUpdaters, undefined)).toBe('restored');
  expect(bench.ask(releaseUpdaters, undefined)).toBe('nothing');
  expect(bench.ask(apt.changedConfiguration, {directory: '/x'})).toEqual([]);
  const staged = {directory: '/x', changes: [], fresh: [], previous: []};
  expect(bench.ask(apt.refusals, staged)).toEqual([]);
  const installed = new Map(bench.ask(apt.installed, undefined).map(item => [item.name, item]));
  expect(installed.size).toBeGreaterThan(150);
  expect(seen.automatic.filter(item => !installed.has(item))).toEqual([]);
  const foreign = bench.ask(apt.foreign, undefined);
  expect(foreign.filter(item => !installed.has(item.name) || item.origin !== 'Acme')).toEqual([]);
  const updates = bench.ask(apt.pending, undefined);
  const thirdParty = updates.filter(item => item.notInstalled === 'third-party').map(({name}) => name);
  expect(foreign.map(({name}) => name)).toEqual(expect.arrayContaining(thirdParty));
  for (const update of updates) {
    expect(installed.get(update.name)?.version).toBe(update.installed);
    expect(update.origin).toMatch(/:/);
    if (update.notInstalled !== undefined) expect(notInstalledClasses).toContain(update.notInstalled);
    const text = bench.ask(apt.changelog, {name: update.name, version: update.candidate});
    if (update.source === 'acme-agent') expect(text).toBe('');
    else expect(entriesAfter(text, installed.get(update.name)?.sourceVersion ?? '')).not.toBe('');
  }
  const changes = updates.map(({manager, name: item, arch, installed: from, candidate: to}) => {
    return {manager, name: item, arch, from, to};
  });
  const needed = bench.ask(apt.room, changes) ?? Number.NaN;
  if (updates.length > 0) expect(needed).toBeGreaterThan(100_000);
  expect(findingsOf(bench.ask(preflight, undefined), needed)).toEqual([]);
});

test('each story begins as it should', () => {
  const why = (name: string): Record<string, string | undefined> =>
    Object.fromEntries(
      benchFor(name)
        .ask(apt.pending, undefined)
        .filter(update => update.notInstalled !== undefined)
        .map(update => [update.name, update.notInstalled]),
    );
  expect(benchFor('cache2').ask(apt.pending, undefined)).toEqual([]);
  expect(why('db2')).toEqual({'postgresql-15': 'held'});
  expect(why('web1')).toEqual({'acme-agent': 'third-party'});
  expect(why('mon1')).toEqual({libsnmp40: 'needs-new-or-removed', snmpd: 'needs-new-or-removed'});
  const security = benchFor('web2')
    .ask(apt.pending, undefined)
    .filter(update => update.security);
  expect(new Set(security.map(update => update.source))).toEqual(
    new Set(['openssl', 'expat', 'nginx', 'php8.2', 'tzdata']),
  );
  expect(fleet.filter(spec => spec.settings.includes('canary')).map(spec => spec.name)).toEqual([
    'web1',
    'api1',
    'mon1',
  ]);
  expect(fleet).toHaveLength(24);
});

test('an exploited flaw is found in the changelog of what fixes it', () => {
  const git = benchFor('build1').ask(apt.changelog, {name: 'git', version: '1:2.39.5-0+deb12u3'});
  expect(cvesIn(entriesAfter(git, '1:2.39.5-0+deb12u2'))).toContain('CVE-2025-48384');
  const linux = benchFor('build1').ask(apt.changelog, {name: 'linux-image-amd64', version: '6.1.192-2'});
  expect(cvesIn(entriesAfter(linux, '6.1.176+1'))).toContain('CVE-2026-89633');
});

test('smoke checks see services, and commands stand for services', () => {
  const bench = benchFor('db1');
  const checks = {
    units: ['postgresql@15-main.service', 'gone.service'],
    commands: ['pg_isready -q', 'rm -rf /'],
  };
  expect(bench.ask(insideChecks, checks).map(failure => failure.what)).toEqual([
    'gone.service is inactive',
    'rm -rf / ended with 127: not known to a demo host',
  ]);
  expect(bench.ask(apt.owners, {unit: 'postgresql@15-main.service'})).toEqual([
    'postgresql-common',
    'postgresql-15',
  ]);
  expect(benchFor('api1').ask(apt.owners, {unit: 'shop-api.service'})).toEqual([]);
});

test('what does not exist is refused in the words of apt', () => {
  const wanted = [{name: 'openssl', arch: 'amd64', version: '9.9'}];
  expect(benchFor('web1').ask(apt.simulate, wanted)).toEqual({
    changes: [],
    refused: "Version '9.9' for 'openssl' was not found",
  });
});
