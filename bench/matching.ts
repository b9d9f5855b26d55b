/**
 * Matches a fleet of 2,000 hosts with 400 packages each against 50,000 records, read from a kept feed as the engine does. Prints the
 * time, the most memory, and the longest time in which nothing else of the thread had a turn.
 *
 *     node bench/matching.ts [HOSTS] [PACKAGES] [RECORDS]
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createCollector} from '../src/advisories/collect-packages.ts';
import {createBreather} from '../src/advisories/breather.ts';
import {createFeedDraft, keepFeed, listFeeds} from '../src/advisories/feed-store.ts';
import {loadAdvisories} from '../src/advisories/load-advisories.ts';
import {match} from '../src/advisories/match.ts';
import type {Advisory} from '../src/model/advisory.ts';
import type {Scan} from '../src/model/scan.ts';

const [hosts = 2000, packages = 400, records = 50_000] = process.argv.slice(2).map(Number);
const releases = [
  {version: '12', codename: 'bookworm'},
  {version: '13', codename: 'trixie'},
];

const directory = await mkdtemp(join(tmpdir(), 'patchdeck-bench-'));
try {
  await keepRecords();
  let longest = 0;
  let last = performance.now();
  let peak = 0;
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last - 1);
    last = performance.now();
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 1);
  last = performance.now();
  const start = performance.now();
  const collector = createCollector();
  const breathe = createBreather();
  for (let host = 0; host < hosts; host++) {
    collector.add(scanOf(host));
    await breathe();
  }
  const collecting = performance.now() - start;
  const {feeds} = await listFeeds(directory);
  const index = await loadAdvisories(directory, feeds, collector.collected);
  const loading = performance.now() - start - collecting;
  const findings = await match(collector.collected, index);
  const total = performance.now() - start;
  clearInterval(timer);
  const pairs = findings.groups.reduce((sum, group) => sum + group.hosts.length * group.findings.length, 0);
  const mb = Math.round(Math.max(peak, process.memoryUsage.rss()) / 1024 / 1024);
  console.log(
    [
      `${hosts} hosts x ${packages} packages against ${records} records: ${Math.round(total)} ms`,
      `  collect ${Math.round(collecting)} ms, load ${Math.round(loading)} ms, match ${Math.round(total - collecting - loading)} ms`,
      `  ${collector.collected.groups.size} distinct packages and versions, ${pairs} findings on hosts`,
      `  memory ${mb} MB, longest stall ${Math.round(longest)} ms`,
    ].join('\n'),
  );
  if (total > 10_000 || mb > 512 || longest > 50) process.exitCode = 1;
} finally {
  await rm(directory, {recursive: true, force: true});
}

async function keepRecords(): Promise<void> {
  const draft = createFeedDraft();
  for (let i = 0; i < records; i++) {
    const {version} = releases[i % 2] ?? {version: '12'};
    const advisory: Advisory = {
      id: `CVE-2025-${10_000 + i}`,
      feed: 'debian',
      ecosystem: `Debian:${version}`,
      source: `source-${(i * 7) % (packages * 3)}`,
      cves: [`CVE-2025-${10_000 + i}`],
      ranges: [{introduced: '0', ...(i % 5 === 0 ? {} : {fixed: `1.${i % 9}.2-1+deb12u${i % 4}`})}],
      ...(i % 3 === 0 ? {severity: 'medium' as const} : {}),
    };
    draft.line(JSON.stringify(advisory));
  }
  const {packed, digest, bytes} = draft.finish();
  const asked = new Date().toISOString();
  await keepFeed(
    directory,
    {
      v: 1,
      name: 'debian',
      kind: 'advisories',
      digest,
      bytes,
      entries: records,
      unreadable: 0,
      source: 'bench',
      asked,
    },
    packed,
  );
}

/** Hosts differ in release, in how far they are patched, and in what is installed. */
function scanOf(host: number): Scan {
  const release = releases[host % 2] ?? {version: '12', codename: 'bookworm'};
  const installed = Array.from({length: packages}, (_, i) => {
    const source = `source-${(i + (host % 7) * 20) % (packages * 3)}`;
    const version = `1.${(i + (host % 3)) % 9}.2-1+deb12u1`;
    return {
      manager: 'apt' as const,
      name: `${source}-bin`,
      arch: 'amd64',
      version,
      source,
      sourceVersion: version,
      status: 'ii',
    };
  });
  const updates = installed.slice(0, 20).map(item => ({
    manager: 'apt' as const,
    name: item.name,
    arch: item.arch,
    installed: item.version,
    candidate: `${item.version}+1`,
    source: item.source,
    sourceVersion: `${item.version}+1`,
    origin: 'Debian-Security:12',
    security: true,
  }));
  const os = {id: 'debian', name: 'Debian', ...release};
  const facts: Scan['facts'] = {
    os,
    arch: 'amd64',
    kernel: {running: '6.1.0-40-amd64', newest: '6.1.0-40-amd64'},
    bootId: 'b',
    machineId: 'm',
    container: null,
    clock: 0,
    timeZone: 'UTC',
    managers: ['apt'],
    held: [],
    automatic: [],
    broken: [],
    rebootWanted: [],
  };
  return {
    v: 1,
    host: `host-${host}`,
    at: '2026-11-24T00:00:00.000Z',
    facts,
    managers: ['apt'],
    updates,
    installed,
  };
}
