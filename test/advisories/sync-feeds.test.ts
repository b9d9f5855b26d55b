import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import type {ServerResponse} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {exportFeeds, importFeeds} from '../../src/advisories/feed-bundle.ts';
import {defaultFeedSources, feedSources} from '../../src/advisories/feed-sources.ts';
import {feedLines, listFeeds, packedFeed} from '../../src/advisories/feed-store.ts';
import {loadKevFeed} from '../../src/advisories/kev-feed.ts';
import {syncFeed, type Synced} from '../../src/advisories/sync-feeds.ts';
import type {FeedMeta} from '../../src/model/advisory.ts';
import {debianNotices, osvDocument, trackerDocument} from './debian-notices.ts';
import {startFeedServer, type FeedServer} from './feed-server.ts';
import {zipOf} from './zip-of.ts';

const limits = {maxBytes: 2_000_000, attemptMs: 3000, silenceMs: 400, retries: 2, pauseMs: 10};
const now = Date.parse('2023-04-01T00:00:00Z');
const notices = await debianNotices();
const tracker = trackerDocument(notices);
const kev = await readFile(new URL('fixtures/kev-2025-08-25-excerpt.json', import.meta.url), 'utf8');
const epss = [
  '#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z',
  'cve,epss,percentile',
  'CVE-2023-0286,0.88921,0.99467',
  'CVE-2023-22809,0.42017,0.97312',
  'CVE-2022-42898,0.00913,0.75001',
].join('\n');

let directory = '';
let server: FeedServer;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchdeck-feeds-'));
  server = await startFeedServer();
});
afterEach(async () => {
  await server.close();
  await rm(directory, {recursive: true, force: true});
});

const serve = (body: string | Uint8Array, head: Record<string, string> = {}): void =>
  server.answer(response => response.writeHead(200, head).end(body));
const sync = (feed: string, at = now, over: Partial<typeof limits> = {}): Promise<Synced> => {
  const base = new URL(server.url).origin;
  const sources = feedSources(
    Object.keys(defaultFeedSources).map(name => `${name}=${base}`),
    {},
  );
  return syncFeed({feed, directory: join(directory, 'feeds'), sources, now: at}, {...limits, ...over});
};
const linesOf = async (meta: FeedMeta, place = join(directory, 'feeds')): Promise<unknown[]> => {
  const found: unknown[] = [];
  for await (const lines of feedLines(await packedFeed(place, meta), meta)) {
    found.push(...lines.map(line => (meta.kind === 'epss' ? line : (JSON.parse(line) as unknown))));
  }
  return found;
};
const kept = async (): Promise<string[]> =>
  (await listFeeds(join(directory, 'feeds'))).feeds.map(feed => `${feed.name} ${feed.entries}`);

describe('the Debian security tracker', () => {
  it('is read piece by piece into one record for each source package, vulnerability and release', async () => {
    const cut = Buffer.from(tracker);
    server.answer(response => {
      response.writeHead(200);
      for (let at = 0; at < cut.length; at += 97) response.write(cut.subarray(at, at + 97));
      response.end();
    });
    const {meta} = await sync('debian');
    expect(meta.entries).toBe(notices.flatMap(notice => notice.cves).length);
    expect(await linesOf(meta)).toContainEqual({
      id: 'CVE-2023-22809',
      feed: 'debian',
      ecosystem: 'Debian:11',
      source: 'sudo',
      cves: ['CVE-2023-22809'],
      ranges: [{introduced: '0', fixed: '1.9.5p2-3+deb11u1'}],
    });
  });

  it('knows what is open, what is only looked into, and what never was affected; "not yet assigned" is not low', async () => {
    const releases = {
      bookworm: {status: 'open', urgency: 'not yet assigned'},
      trixie: {status: 'undetermined', urgency: 'unimportant'},
      buster: {status: 'open', urgency: 'end-of-life'},
      sid: {status: 'resolved', fixed_version: '0', urgency: 'high'},
      bullseye: {status: 'resolved', fixed_version: '2.0-1', urgency: 'medium**'},
    };
    serve(JSON.stringify({x: {'CVE-2026-1111': {releases}, 'TEMP-1-A': {releases}}}));
    const {meta} = await sync('debian');
    const found = (await linesOf(meta)) as Record<string, unknown>[];
    const byRelease = new Map(found.map(record => [record['ecosystem'], record]));
    expect([...byRelease.keys()].sort()).toEqual(['Debian:10', 'Debian:11', 'Debian:12', 'Debian:13']);
    expect(byRelease.get('Debian:12')).not.toHaveProperty('severity');
    expect(byRelease.get('Debian:12')?.['ranges']).toEqual([{introduced: '0'}]);
    expect(byRelease.get('Debian:13')).toMatchObject({undetermined: true, severity: 'negligible'});
    expect(byRelease.get('Debian:10')).toMatchObject({unsupported: true});
    expect(byRelease.get('Debian:11')).toMatchObject({severity: 'medium'});
  });

  it('gives what is new in the next copy the day on which it was first seen, and keeps the days of the rest', async () => {
    const [first = '', ...others] = tracker.split('"CVE-2023-22809"');
    expect(others).toHaveLength(1);
    serve(trackerDocument(notices.filter(notice => notice.source !== 'sudo')));
    await sync('debian');
    serve(tracker);
    const {meta} = await sync('debian', now + 86_400_000);
    const found = (await linesOf(meta)) as Record<string, unknown>[];
    expect(found.filter(record => record['since'] !== undefined)).toMatchObject([
      {id: 'CVE-2023-22809', since: '2023-04-02'},
    ]);
    expect(first).not.toBe('');
  });
});

describe('what a feed can do wrong', () => {
  const deep = `{"x":{"CVE-2026-1111":${'['.repeat(100_000)}`;
  it.each<[string, string, (response: ServerResponse) => unknown, string]>([
    ['cut in the middle', 'debian', response => response.end(tracker.slice(0, -200)), 'it is cut short'],
    [
      'closed in the middle',
      'debian',
      response => {
        response.writeHead(200, {'content-length': String(tracker.length)});
        response.write(tracker.slice(0, 500));
        setTimeout(() => response.destroy(), 20);
      },
      '',
    ],
    ['a web page', 'debian', response => response.end('<html>Sign in</html>'), 'Unexpected'],
    ['a list', 'debian', response => response.end('[1,2,3]'), 'no record of the tracker'],
    ['another document', 'debian', response => response.end(kev), 'no record of the tracker'],
    ['nothing', 'debian', response => response.end(), 'it is cut short'],
    ['nested for ever', 'debian', response => response.end(deep), 'nested deeper than 12'],
    ['500 every time', 'debian', response => response.writeHead(500).end('down'), 'it answered 500'],
    ['not there', 'debian', response => response.writeHead(404).end(), 'it answered 404'],
    ['silent', 'debian', () => undefined, 'it did not answer in time'],
    [
      'silent after the first piece',
      'debian',
      response => response.write('{"x":'),
      'it did not answer in time',
    ],
    [
      'larger than allowed',
      'debian',
      response => response.end(' '.repeat(3_000_000)),
      'sends more than 2 MB',
    ],
    [
      'small on the wire and large unpacked',
      'debian',
      response =>
        response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(Buffer.alloc(3_000_000, 32))),
      'sends more than 2 MB',
    ],
    ['scores that grow', 'epss', response => response.end(gzipSync(Buffer.alloc(5_000_000, 44))), ''],
    ['scores cut in the middle', 'epss', response => response.end(gzipSync(epss).subarray(0, 60)), ''],
    ['scores of another kind', 'epss', response => response.end('a,b\n1,2\n'), 'no list of EPSS scores'],
    ['half a catalogue', 'kev', response => response.end(kev.slice(0, 4000)), 'it is not JSON'],
    ['no archive', 'osv:Debian', response => response.end('PK? no'), ''],
    ['no security database', 'alpine:v3.20', response => response.end('{"packages": 3}'), "none of Alpine's"],
  ])('%s: what was kept stays', async (_, feed, answer, why) => {
    await keepOne(feed);
    const before = await kept();
    server.answer(answer);
    const said = await sync(feed).then(
      () => 'it was taken',
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/^Error: ./);
    expect(said).toContain(why.replace("none of Alpine's", 'not a document of Alpine'));
    expect(await kept()).toEqual(before);
    expect((await readdir(join(directory, 'feeds'))).filter(name => name.startsWith('.'))).toEqual([]);
  });

  const keepOne = async (feed: string): Promise<void> => {
    if (feed === 'epss') serve(epss);
    else if (feed === 'kev') serve(kev);
    else if (feed.startsWith('osv'))
      serve(zipOf({'a.json': JSON.stringify(osvDocument(notices[3] ?? never()))}));
    else if (feed.startsWith('alpine')) serve(alpine);
    else serve(tracker);
    await sync(feed);
  };

  it('is asked again after a 500, and its pause is kept short', async () => {
    server.answer((response, _request, count) =>
      count < 3 ? response.writeHead(503, {'retry-after': '3600'}).end() : response.end(tracker),
    );
    expect((await sync('debian')).meta.entries).toBeGreaterThan(20);
    expect(server.requests).toHaveLength(3);
  });

  it('hostile strings stay strings: names, ids and words that are none are left out and counted', async () => {
    const open = {releases: {bookworm: {status: 'open', urgency: 'high'}}};
    serve(
      JSON.stringify({
        good: {'CVE-2026-1111': open, '\u001b[2J': open, 'CVE-2026-1': open},
        '../../etc': {'CVE-2026-2222': open},
        bad: {'CVE-2026-3333': {releases: {'\u001b]0;x': {status: 'open'}}}, 'CVE-2026-4444': 'none'},
      }).replace('"good"', '"__proto__":{"CVE-2026-5555":1},"good"'),
    );
    const {meta} = await sync('debian');
    expect(await linesOf(meta)).toHaveLength(1);
    expect(meta.unreadable).toBe(6);
    expect(({} as Record<string, unknown>)['CVE-2026-5555']).toBeUndefined();
  });
});

describe('asking again', () => {
  it('takes nothing anew when the source says that it has nothing newer, and says that it was asked', async () => {
    server.answer((response, request) =>
      request.headers['if-none-match'] === '"t1"'
        ? response.writeHead(304).end()
        : response.writeHead(200, {etag: '"t1"'}).end(tracker),
    );
    const {meta} = await sync('debian');
    const again = await sync('debian', now + 3_600_000);
    expect(again).toEqual({meta: {...meta, asked: '2023-04-01T01:00:00.000Z'}, unchanged: true});
    expect(server.requests).toHaveLength(2);
  });

  it('gives the same digest for the same document, packed on the way or not', async () => {
    serve(tracker);
    const plain = await sync('debian');
    serve(gzipSync(tracker), {'content-encoding': 'gzip'});
    expect((await sync('debian')).meta.digest).toBe(plain.meta.digest);
  });
});

const alpine = JSON.stringify({
  distroversion: 'v3.20',
  reponame: 'main',
  packages: [
    {
      pkg: {
        name: 'openssl',
        secfixes: {
          '3.3.1-r1': ['CVE-2024-5535'],
          '0': ['CVE-2019-0190'],
          '3.3.2-r0': ['CVE-2024-6119 XSA-1'],
        },
      },
    },
    {pkg: {name: 'zlib', secfixes: {}}},
  ],
});

it('Alpine: a version of 0 never was affected; several ids may stand in one line', async () => {
  server.answer((response, request) =>
    request.url?.endsWith('main.json') === true
      ? response.end(alpine)
      : response.end('{"distroversion": "v3.20", "packages": []}'),
  );
  const {meta} = await sync('alpine:v3.20');
  expect(await linesOf(meta)).toMatchObject([
    {id: 'ALPINE-CVE-2024-5535', ecosystem: 'Alpine:v3.20', ranges: [{introduced: '0', fixed: '3.3.1-r1'}]},
    {id: 'ALPINE-CVE-2024-6119', cves: ['CVE-2024-6119']},
  ]);
});

it('EPSS: the day of the scores is kept, rows that are none are counted', async () => {
  serve(gzipSync(`${epss}\nnot a row\nCVE-2023-1,9,9`));
  const {meta} = await sync('epss');
  expect(meta).toMatchObject({entries: 3, unreadable: 2, released: '2025-08-25T12:55:00Z'});
  expect(await linesOf(meta)).toContain('CVE-2023-0286,0.88921,0.99467');
});

it('OSV archive: records of the distribution are taken, broken ones are counted', async () => {
  serve(
    zipOf({
      ...Object.fromEntries(
        notices.map(notice => [`${notice.id}.json`, JSON.stringify(osvDocument(notice))]),
      ),
      'BROKEN.json': '{"id":',
    }),
  );
  const {meta} = await sync('osv:Debian');
  expect(meta).toMatchObject({name: 'osv-Debian', entries: notices.length, unreadable: 1});
});

it('OSV archive: one with names that climb out of it is not taken at all', async () => {
  serve(zipOf({'../../x.json': '{}'}));
  await expect(sync('osv:Debian')).rejects.toThrow('invalid relative path');
});

describe('a bundle for behind the air gap', () => {
  const other = (): string => join(directory, 'behind');
  const file = (): string => join(directory, 'feeds.bundle');
  const made = async (): Promise<void> => {
    serve(tracker);
    await sync('debian');
    serve(kev);
    await sync('kev');
    serve(epss);
    await sync('epss');
    await exportFeeds(join(directory, 'feeds'), file(), now);
  };

  it('brings every feed over with its digest and age', async () => {
    await made();
    const taken = await importFeeds(other(), file());
    const {feeds} = await listFeeds(other());
    expect(feeds).toEqual((await listFeeds(join(directory, 'feeds'))).feeds);
    expect(taken.feeds.map(feed => feed.name)).toEqual(['debian', 'epss', 'kev']);
    const meta = feeds.find(feed => feed.kind === 'kev') ?? never();
    const loaded = await loadKevFeed(other(), meta, Date.parse('2025-08-26T17:04:19Z'));
    expect(loaded).toMatchObject({input: expect.stringContaining('CISA KEV 2025.08.25') as string});
  });

  it('that was changed, cut short or made up is not taken, not even in part', async () => {
    await made();
    const whole = await readFile(file());
    const changed = Buffer.from(whole);
    const end = whole.indexOf(0x0a);
    changed[end + 40] = (changed[end + 40] ?? 0) ^ 1;
    const wrong = [
      changed,
      whole.subarray(0, -5),
      Buffer.concat([whole, whole]),
      Buffer.from('{}\n'),
      Buffer.from('x'),
    ];
    for (const bytes of wrong) {
      await writeFile(file(), bytes);
      await expect(importFeeds(other(), file())).rejects.toMatchObject({code: 'feeds.bundle'});
    }
    expect((await listFeeds(other())).feeds).toEqual([]);
  });

  it('that is older than what is kept is left, and named', async () => {
    await made();
    serve(tracker.replace('1.9.5p2-3+deb11u1', '1.9.5p2-3+deb11u2'));
    await sync('debian', now + 86_400_000);
    const {feeds, older} = await importFeeds(join(directory, 'feeds'), file());
    expect(older.map(feed => feed.name)).toEqual(['debian']);
    expect(feeds.map(feed => feed.name)).toEqual(['epss', 'kev']);
  });

  it('is not made of nothing', async () => {
    await expect(exportFeeds(other(), file(), now)).rejects.toMatchObject({code: 'feeds.none'});
  });
});

it('a feed whose data was changed on disk is not believed', async () => {
  serve(tracker);
  const {meta} = await sync('debian');
  const data = (await readdir(join(directory, 'feeds'))).find(name => name.endsWith('.gz')) ?? never();
  await writeFile(join(directory, 'feeds', data), gzipSync('{"id":"CVE-2026-1111"}\n'));
  await expect(linesOf(meta)).rejects.toThrow('not what its digest says');
});

describe('where feeds come from', () => {
  it('is a setting of the environment and of the command line, the latter first', () => {
    const found = feedSources(['epss=http://mirror/e'], {
      PATCHDECK_FEED_EPSS: 'http://other/e',
      PATCHDECK_FEED_OSV_BULK: 'https://mirror/osv/',
    });
    expect(found.epss).toBe('http://mirror/e');
    expect(found['osv-bulk']).toBe('https://mirror/osv');
    expect(found.kev).toBe(defaultFeedSources.kev);
  });
  it.each(['nvd=http://x', 'epss=file:///etc/passwd', 'epss', 'epss='])('cannot be %s', setting => {
    expect(() => feedSources([setting], {})).toThrow('names no source of a feed');
  });
});

const never = (): never => {
  throw new Error('the fixture has changed');
};
