/**
 * Fetches a tracker document of 50 MB and 300,000 EPSS scores from loopback, as `feeds sync` does. Prints how long each took and the most
 * memory it wanted, the server of this bench included. Ends with 1 above 60 s or 512 MB.
 *
 *     node bench/sync.ts [MEGABYTES] [SCORES]
 */
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {defaultFeedSources} from '../src/advisories/feed-sources.ts';
import {syncFeed} from '../src/advisories/sync-feeds.ts';

const [megabytes = 50, scores = 300_000] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), 'patchdeck-bench-'));
const server = createServer((request, response) => {
  void serve(response, request.url === '/epss' ? epss() : tracker());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
try {
  const {port} = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  const sources = {...defaultFeedSources, debian: `${base}/debian`, epss: `${base}/epss`};
  let total = 0;
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  for (const feed of ['debian', 'epss']) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const {meta} = await syncFeed({feed, directory, sources, now: Date.now()});
    const ms = performance.now() - start;
    total += ms;
    const {user, system} = process.cpuUsage(cpu);
    console.log(
      `${feed}: ${meta.entries.toLocaleString('en')} entries of ${(meta.bytes / 1e6).toFixed(0)} MB in ${(ms / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time`,
    );
  }
  clearInterval(timer);
  const mb = Math.round(peak / 1024 / 1024);
  console.log(`memory ${mb} MB`);
  if (total > 60_000 || mb > 512) process.exitCode = 1;
} finally {
  server.close();
  server.closeAllConnections();
  await rm(directory, {recursive: true, force: true});
}

async function serve(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  for (const piece of pieces) if (!response.write(piece)) await once(response, 'drain');
  response.end();
}

/** In the form of Debian's tracker: packages with their CVEs, each with what it means in four releases. */
function* tracker(): Generator<string> {
  const releases = Object.fromEntries(
    ['bullseye', 'bookworm', 'trixie', 'sid'].map((name, i) => [
      name,
      {
        status: 'resolved',
        repositories: {[name]: `1.2.${i}-1`, [`${name}-security`]: `1.2.${i}-1+deb12u1`},
        fixed_version: `1.2.${i}-1+deb12u1`,
        urgency: 'not yet assigned',
      },
    ]),
  );
  const text = JSON.stringify({
    scope: 'local',
    description: 'A buffer overflow in the parser of what is sent by others. '.repeat(2),
    releases,
  });
  let bytes = 0;
  for (let source = 0; bytes < megabytes * 1e6; source++) {
    const cves = Array.from({length: 8}, (_, i) => `"CVE-2025-${10_000 + source * 8 + i}":${text}`);
    const piece = `${source === 0 ? '{' : ','}"source-${source}":{${cves.join()}}`;
    bytes += piece.length;
    yield piece;
  }
  yield '}';
}

function* epss(): Generator<string> {
  yield '#model_version:v2025.03.14,score_date:2026-11-23T00:00:00Z\ncve,epss,percentile\n';
  for (let i = 0; i < scores; i += 1000) {
    const rows = Array.from(
      {length: 1000},
      (_, at) => `CVE-2025-${10_000 + i + at},0.00${(at % 89) + 10},0.5`,
    );
    yield `${rows.join('\n')}\n`;
  }
}
