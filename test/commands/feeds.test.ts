import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {startFeedServer, type FeedServer} from '../advisories/feed-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Ended, type Place} from './program.ts';

const tracker = JSON.stringify({
  openssl: {
    'CVE-2025-9230': {
      releases: {bookworm: {status: 'resolved', fixed_version: '3.0.22-1~deb12u2', urgency: 'high'}},
    },
  },
});
let server: FeedServer;
beforeAll(async () => {
  server = await startFeedServer();
});
afterAll(() => server.close());
const from = (name: string): string[] => ['--feed-url', `${name}=${new URL(server.url).origin}`];

describe('feeds, between two machines', {timeout: 60_000}, () => {
  let connected: Place;
  let behind: Place;
  beforeEach(async () => {
    [connected, behind] = await Promise.all([makePlace(), makePlace()]);
    server.answer(response => response.end(tracker));
  });
  afterEach(() => Promise.all([connected.remove(), behind.remove()]));
  const bundle = (): string => join(connected.folder, 'feeds.bundle');
  const exported = async (): Promise<Ended> => {
    await connected.run('feeds', 'sync', 'debian', ...from('debian'));
    return connected.run('feeds', 'export', bundle(), '--json');
  };

  it('what is exported is there behind the air gap, with its digest and age, and both sides say one sha256', async () => {
    const out = await exported();
    expect(out.exit).toBe(0);
    const taken = await behind.run('feeds', 'import', bundle(), '--json');
    expect(taken.exit).toBe(0);
    const [sent, got] = [jsonLines(out).at(-1), jsonLines(taken).at(-1)];
    expect(got).toMatchObject({digest: sent?.['digest'], feeds: sent?.['feeds']});
    expect(resultOf(taken).summary).toMatch(/^1 feeds imported, sha256 [0-9a-f]{64}$/);
    const status = await behind.run('feeds', 'status', '--json');
    expect(jsonLines(status).at(-1)).toMatchObject({feeds: sent?.['feeds']});
  });

  it('a bundle that was changed on the way is refused as a whole', async () => {
    await exported();
    const bytes = await readFile(bundle());
    bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
    await writeFile(bundle(), bytes);
    const ended = await behind.run('feeds', 'import', bundle(), '--json');
    expect(ended.exit).toBe(2);
    expect(resultOf(ended).problems).toMatchObject([{code: 'feeds.bundle'}]);
    expect(jsonLines(await behind.run('feeds', '--json')).at(-1)).toMatchObject({feeds: []});
  });

  it('data that is lost is said, and the next sync brings it back', async () => {
    await exported();
    const kept = join(connected.folder, 'cache', 'patchdeck', 'feeds');
    const data = (await readdir(kept)).find(name => name.endsWith('.gz')) ?? '';
    await writeFile(join(kept, data), '');
    const status = await connected.run('feeds', '--json');
    expect(status.exit).toBe(3);
    expect(resultOf(status).problems).toContainEqual(
      expect.objectContaining({code: 'feed.damaged', next: 'run `patchdeck feeds sync`'}),
    );
    await connected.run('feeds', 'sync', 'debian', ...from('debian'));
    const healed = resultOf(await connected.run('feeds', '--json'));
    expect(healed.problems.filter(({code}) => code === 'feed.damaged')).toEqual([]);
  });

  it('a download that takes its time says how far it is', async () => {
    let finish = (): void => undefined;
    server.answer(response => {
      const drip = setInterval(() => response.write(' '), 50);
      finish = () => {
        clearInterval(drip);
        response.end(tracker);
      };
    });
    const sync = connected.start(['feeds', 'sync', 'debian', ...from('debian')]);
    await sync.says(/ {2}debian: 0\.0 MB/);
    finish();
    expect((await sync.ended).exit).toBe(0);
  });
});

describe('the OSV service, asked about a fleet', {timeout: 60_000}, () => {
  let place: Place;
  let fleet: FaultyFleet;
  beforeAll(async () => {
    place = await makePlace();
    fleet = await startFaultyFleet(place, ['api1', 'api2'], {canaries: ['api1']});
  });
  afterAll(async () => {
    await fleet.close();
    await place.remove();
  });

  it('is told each source package and version once and no name of a host, and ranks rest on what it says', async () => {
    const bodies: string[] = [];
    server.answer((response, request) => {
      if (request.url !== '/v1/querybatch') {
        const affected = [
          {
            package: {ecosystem: 'Debian:12', name: 'openssl'},
            ranges: [{type: 'ECOSYSTEM', events: [{introduced: '0'}, {fixed: '3.0.22-1~deb12u2'}]}],
          },
        ];
        response.end(
          JSON.stringify({id: 'DSA-1-1', modified: '2026-11-20', upstream: ['CVE-2025-9230'], affected}),
        );
        return;
      }
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        const {queries} = JSON.parse(body) as {queries: {package: {name: string}}[]};
        const results = queries.map(({package: {name}}) =>
          name === 'openssl' ? {vulns: [{id: 'DSA-1-1'}]} : {},
        );
        response.end(JSON.stringify({results}));
      });
    });
    const asked = await place.run('feeds', 'sync', 'osv-api', '--json', ...from('osv-api'), ...fleet.reach);
    expect(resultOf(asked).problems[0]?.what).toContain('no open run');
    expect((await place.run('scan', ...fleet.reach)).exit).toBe(0);
    const synced = await place.run('feeds', 'sync', 'osv-api', '--json', ...from('osv-api'), ...fleet.reach);
    expect(synced.exit).toBe(0);
    const {queries} = JSON.parse(bodies[0] ?? '') as {
      queries: {package: {name: string; ecosystem: string}; version: string}[];
    };
    const names = queries.map(({package: {name}, version}) => `${name} ${version}`);
    expect(queries.length).toBeGreaterThan(50);
    expect(new Set(names).size).toBe(names.length);
    expect(bodies.join()).not.toMatch(/\bapi[12]\b/);
    // Both hosts have the same, and a signed kernel is asked about by the source that records name.
    expect(names.some(name => name.startsWith('openssl 3.0.'))).toBe(true);
    expect(names.some(name => name.startsWith('linux-signed'))).toBe(false);
    const plan = jsonLines(await place.run('plan', '--json', ...fleet.reach)).at(-1) as unknown as {
      patches: {id: string; why: string; cves: string[]}[];
    };
    expect(plan.patches.find(({id}) => id.startsWith('apt:openssl@'))?.cves).toEqual(['CVE-2025-9230']);
  });
});
