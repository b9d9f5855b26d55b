/**
 * Ranks a fleet of 2,000 hosts with 400 packages each against 50,000 records as the console and its engine do: the scans are read from a
 * run's store, matched and ranked in a worker, and the ranking is loaded on the main thread, which meanwhile counts how long it stalls.
 * Ends with 1 when it takes more than 10 s or 512 MB, or when the main thread stalls for more than 50 ms.
 *
 *     node bench/matching.ts [HOSTS] [PACKAGES] [RECORDS]
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {readInTurns} from '../components/read-in-turns.ts';
import {createFeedDraft, keepFeed, listFeeds} from '../src/advisories/feed-store.ts';
import type {Advisory} from '../src/model/advisory.ts';
import {rankingSchema} from '../src/model/patch.ts';
import type {Scan} from '../src/model/scan.ts';
import {groupPatches} from '../src/policy/group.ts';
import type {CveAnswer} from '../src/policy/score-inputs.ts';
import {findHoles} from '../src/stages/find-holes.ts';
import {openRunStore} from '../src/store/run-store.ts';

type Size = {hosts: number; packages: number; records: number};
type FromWorker = {type: 'ready'} | {type: 'ranked'; ranking: Uint8Array; ms: number; groups: number};

const releases = [
  {version: '12', codename: 'bookworm'},
  {version: '13', codename: 'trixie'},
];

if (isMainThread) await watch();
else await rank(workerData as Size & {directory: string});

async function watch(): Promise<void> {
  const [hosts = 2000, packages = 400, records = 50_000] = process.argv.slice(2).map(Number);
  const directory = await mkdtemp(join(tmpdir(), 'patchdeck-bench-'));
  try {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: {hosts, packages, records, directory},
      resourceLimits: {maxOldGenerationSizeMb: 512},
    });
    const next = (): Promise<FromWorker> =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
    await next();
    let longest = 0;
    let last = performance.now();
    let peak = 0;
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last - 1);
      last = performance.now();
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 1);
    const cpu = process.cpuUsage();
    worker.postMessage('go');
    const done = await next();
    if (done.type !== 'ranked') throw new Error('the worker said something else');
    const loading = performance.now();
    const ranking = await readInTurns(done.ranking, rankingSchema);
    const loaded = performance.now() - loading;
    // One more turn of the timer, which sees how long that has taken.
    await new Promise(resolve => setTimeout(resolve, 20));
    clearInterval(timer);
    await worker.terminate();
    const {user, system} = process.cpuUsage(cpu);
    const mb = Math.round(peak / 1024 / 1024);
    const total = done.ms + loaded;
    console.log(
      [
        `${hosts} hosts x ${packages} packages against ${records} records: ${Math.round(total)} ms, ${Math.round((user + system) / 1000)} ms of processor time`,
        `  ${ranking.patches.length} patches, ${ranking.openCount ?? 0} holes, of ${done.groups} sources pending`,
        `  ranking of ${Math.round(done.ranking.length / 1024)} KiB, loaded in ${Math.round(loaded)} ms`,
        `  memory ${mb} MB, longest stall of the main thread ${Math.round(longest)} ms`,
      ].join('\n'),
    );
    if (total > 10_000 || mb > 512 || longest > 50) process.exitCode = 1;
  } finally {
    await rm(directory, {recursive: true, force: true});
  }
}

async function rank({directory, ...size}: Size & {directory: string}): Promise<void> {
  const feeds = join(directory, 'feeds');
  await keepRecords(feeds, size);
  const store = await openRunStore({stateDir: join(directory, 'state'), id: '20261124-0300-0001'});
  const put = (document: unknown): Promise<string> =>
    store.put(new TextEncoder().encode(JSON.stringify(document)));
  const files: string[] = [];
  for (let host = 0; host < size.hosts; host++) files.push(await put(scanOf(host, size)));
  const told = new Promise(resolve => parentPort?.once('message', resolve));
  parentPort?.postMessage({type: 'ready'} satisfies FromWorker);
  await told;
  const start = performance.now();
  const now = Date.now();
  const kev = {missing: 'no catalogue in this bench'};
  const knowledge = {kev, directory: feeds, feeds: (await listFeeds(feeds)).feeds, damaged: []};
  const context = {put, read: (digest: string) => store.read(digest), now: () => now};
  const {scans, holes} = await findHoles(context, files, knowledge);
  const drafts = groupPatches(scans);
  const answers = new Map(
    drafts.map((draft): [string, CveAnswer] => [
      draft.id,
      holes.answerOf(draft) ?? {missing: 'no changelog in this bench'},
    ]),
  );
  const {about} = await holes.assess(drafts, answers);
  const patches = drafts.map(draft => {
    const answer = answers.get(draft.id);
    const cves = answer !== undefined && 'cves' in answer ? answer.cves : [];
    const words = {
      why: 'security fix, severity medium, 12 hosts face the internet',
      missing: ['EPSS: not kept'],
    };
    return {...draft, cves, cveSource: 'records of the distribution', exploited: [], score: 50, ...words};
  });
  const file = await put({v: 1, at: new Date(now).toISOString(), inputs: [], patches, ...about});
  const ranking = await store.read(file);
  const ms = performance.now() - start;
  const groups = new Set(drafts.map(({source}) => source)).size;
  parentPort?.postMessage({type: 'ranked', ranking, ms, groups} satisfies FromWorker);
  await store.close();
}

async function keepRecords(directory: string, {packages, records}: Size): Promise<void> {
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
  const about = {v: 1, name: 'debian', kind: 'advisories', unreadable: 0, source: 'bench'} as const;
  await keepFeed(
    directory,
    {...about, digest, bytes, entries: records, asked: new Date().toISOString()},
    packed,
  );
}
/** Hosts differ in release, in how far they are patched, and in what is installed. */
function scanOf(host: number, {packages}: Size): Scan {
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
