import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Patch, Ranking} from '../../src/model/patch.ts';
import {FakeEngine} from './fake-engine.ts';
import {ended, openssl, patch, perl, scannedShop} from './fleet.ts';
import {keys, show, type Shown} from './harness.tsx';

let engine: FakeEngine;
let shown: Shown | undefined;
beforeEach(() => {
  engine = new FakeEngine(() => Date.now());
});
afterEach(() => shown?.unmount());

const work = (more: Partial<NonNullable<Patch['work']>>): Patch['work'] => ({
  installs: 3,
  bytes: 3_000_000,
  unsized: 0,
  kernelOn: [],
  ...more,
});
/** Pending on three hosts, of which db1 has no kernel of its own and web10 keeps it back. */
const kernel = patch('linux', '6.1.147-1', {
  packages: ['linux-image-amd64', 'linux-libc-dev'],
  cves: ['CVE-2026-1', 'CVE-2026-2'],
  score: 30,
  hosts: ['web10', 'db1', 'web02'],
  notInstalled: [{host: 'web10', why: 'held'}],
  work: work({installs: 2, bytes: 60_200_000, kernelOn: ['web02']}),
});
const vendor = patch('acme-agent', '4.2', {
  score: null,
  security: false,
  cves: [],
  hosts: ['db1'],
  notInstalled: [{host: 'db1', why: 'third-party'}],
  work: work({installs: 1, bytes: 0, unsized: 1}),
});
const patches = [
  {...openssl, score: 60, work: work({installs: 5, bytes: 9_100_000})},
  {...perl, score: 10, work: work({})},
  kernel,
  vendor,
];

const whatIf = async (chosen: readonly Patch[], more: Partial<Ranking> = {}): Promise<string> => {
  scannedShop(engine);
  const ranking: Ranking = {v: 1, at: new Date(engine.now()).toISOString(), inputs: [], patches, ...more};
  engine.happenAll([
    {type: 'stage.started', data: {stage: 'prioritize'}},
    {type: 'patches.ranked', data: {file: engine.keep(ranking), count: patches.length}},
    ...(chosen.length === 0
      ? []
      : [{type: 'patches.chosen', data: {patches: chosen.map(({id}) => id), chosen: true}} as const]),
    ended('prioritize'),
  ]);
  shown = await show({engine, now: engine.now, stage: 'prioritize', rows: 30});
  await shown.until('of 4 chosen');
  await shown.send('w');
  return await shown.until('What stays open');
};

test('what is chosen is counted to the host, the package and the byte', async () => {
  const frame = await whatIf([openssl, kernel]);
  // openssl on web01, web02 and db1; the kernel on db1 and web02, as web10 holds it back.
  expect(frame).toMatch(/touched +3 hosts, 7 installs\n/);
  // web02 gets another kernel, db1 has none; web01 waits for a reboot since the scan.
  expect(frame).toMatch(/reboots +2 hosts \(1 by a kernel, 1 waits for one already\): web02, web01/);
  expect(frame).toMatch(/download +69\.3 MB on all hosts together/);
});

test('a patch whose advisory says so reboots the hosts that take it', async () => {
  const advised: Patch = {
    ...perl,
    score: 10,
    hosts: ['db1', 'web10'],
    notInstalled: [{host: 'web10', why: 'held'}],
    advisories: [{id: 'LABSA-1', cves: [], reboot: true}],
  };
  const others = patches.filter(({id}) => id !== perl.id);
  const frame = await whatIf([openssl, perl], {patches: [...others, advised]});
  expect(frame).toMatch(/reboots +2 hosts \(1 as an advisory says, 1 waits for one already\): db1,\s+web01/);
  await shown?.send(keys.esc);
  expect(await shown?.until('of risk')).toContain('2 reboots');
});

test('a vulnerability is closed only where no host keeps its patch back and no other patch is left', async () => {
  // perl, which is left, has the CVE of openssl too; the kernel's two stay open on web10.
  expect(await whatIf([openssl, kernel])).toMatch(/closed +0 CVEs, 1 of 1 exploited patches/);
  shown?.unmount();
  engine = new FakeEngine(() => Date.now());
  expect(await whatIf([openssl, perl])).toMatch(/closed +1 CVE,/);
});

test('a patch without a score is worth anything: the risk is a range', async () => {
  const frame = await whatIf([openssl, kernel]);
  // 90 of 100 goes, or 90 of 200 when the vendor's agent were the worst there is.
  expect(frame).toMatch(/risk +45 to 90 % of the sum of all scores goes/);
  expect(frame).toMatch(/unranked +acme-agent: too little is known/);
});

test("a third party's package that is chosen is installed, and its unknown size is said", async () => {
  const frame = await whatIf([openssl, vendor]);
  expect(frame).toMatch(/touched +3 hosts, 6 installs\n/);
  expect(frame).toMatch(/download +at least 9\.1 MB: of 1 install the size is not known/);
  expect(frame).toMatch(/risk +60 to 80 %/);
});

test('what no update closes is named where it is exploited, and unknown without a feed', async () => {
  const open = [
    {
      cve: 'CVE-2026-9',
      source: 'zlib',
      state: 'no-fix-yet' as const,
      fixed: null,
      hosts: ['db1'],
      hostCount: 1,
      exploited: {since: '2026-01-01', due: '', ransomware: false},
    },
  ];
  const frame = await whatIf([openssl], {findings: 'f'.repeat(64), open, openCount: 7});
  expect(frame).toMatch(/no update +7 holes that no update closes \(c\), exploited: CVE-2026-9/);
  shown?.unmount();
  engine = new FakeEngine(() => Date.now());
  expect(await whatIf([openssl])).toMatch(/no update +unknown: no feed of records is kept/);
});

test('the headline has it in short', async () => {
  await whatIf([openssl, kernel]);
  expect(shown?.rows()[1]).toMatch(
    /2 of 4 chosen  all exploited chosen  3 hosts  45 to 90 % of risk  2 reboots/,
  );
});
