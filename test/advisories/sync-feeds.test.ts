import {readdir, readFile, writeFile} from 'node:fs/promises';
import type {ServerResponse} from 'node:http';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {exportFeeds, importFeeds} from '../../src/advisories/feed-bundle.ts';
import {defaultFeedSources, feedSources} from '../../src/advisories/feed-sources.ts';
import {createFeedDraft, keepFeed, listFeeds} from '../../src/advisories/feed-store.ts';
import {loadKevFeed} from '../../src/advisories/kev-feed.ts';
import {debianNotices, osvDocument, trackerDocument} from './debian-notices.ts';
import {feedWorld, now} from './feed-world.ts';
import {zipOf} from './zip-of.ts';

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

const world = feedWorld();

describe('the Debian security tracker', () => {
  it('is read piece by piece into one record for each source package, vulnerability and release', async () => {
    const cut = Buffer.from(tracker);
    world.server.answer(response => {
      response.writeHead(200);
      for (let at = 0; at < cut.length; at += 97) response.write(cut.subarray(at, at + 97));
      response.end();
    });
    const {meta} = await world.sync('debian');
    expect(meta.entries).toBe(notices.flatMap(notice => notice.cves).length);
    expect(await world.linesOf(meta)).toContainEqual({
      id: 'CVE-2023-22809',
      feed: 'debian',
      ecosystem: 'Debian:11',
      source: 'sudo',
      cves: ['CVE-2023-22809'],
      ranges: [{introduced: '0', fixed: '1.9.5p2-3+deb11u1'}],
      seen: '2023-04-01',
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
    world.serve(JSON.stringify({x: {'CVE-2026-1111': {releases}, 'TEMP-1-A': {releases}}}));
    const {meta} = await world.sync('debian');
    const found = (await world.linesOf(meta)) as Record<string, unknown>[];
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
    world.serve(trackerDocument(notices.filter(notice => notice.source !== 'sudo')));
    await world.sync('debian');
    world.serve(tracker);
    const {meta} = await world.sync('debian', {now: now + 86_400_000});
    const found = (await world.linesOf(meta)) as Record<string, unknown>[];
    expect(found.filter(record => record['since'] !== undefined)).toMatchObject([
      {id: 'CVE-2023-22809', since: '2023-04-02'},
    ]);
    expect(first).not.toBe('');
    // Of the rest it is known that they are known at least since the first copy.
    const rest = found.filter(record => record['since'] === undefined);
    expect(new Set(rest.map(record => record['seen']))).toEqual(new Set(['2023-04-01']));
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
    const before = await world.kept();
    world.server.answer(answer);
    const said = await world.sync(feed).then(
      () => 'it was taken',
      (error: unknown) => String(error),
    );
    expect(said).toMatch(/^Error: ./);
    expect(said).toContain(why.replace("none of Alpine's", 'not a document of Alpine'));
    expect(await world.kept()).toEqual(before);
    expect((await readdir(world.directory)).filter(name => name.startsWith('.'))).toEqual([]);
  });

  const keepOne = async (feed: string): Promise<void> => {
    if (feed === 'epss') world.serve(epss);
    else if (feed === 'kev') world.serve(kev);
    else if (feed.startsWith('osv'))
      world.serve(zipOf({'a.json': JSON.stringify(osvDocument(notices[3] ?? never()))}));
    else if (feed.startsWith('alpine')) world.serve(alpine);
    else world.serve(tracker);
    await world.sync(feed);
  };

  it('is asked again after a 500, and its pause is kept short', async () => {
    world.server.answer((response, _request, count) =>
      count < 3 ? response.writeHead(503, {'retry-after': '3600'}).end() : response.end(tracker),
    );
    expect((await world.sync('debian')).meta.entries).toBeGreaterThan(20);
    expect(world.server.requests).toHaveLength(3);
  });

  it('a drip that never falls silent ends with the time that one attempt has', async () => {
    await keepOne('debian');
    const drips = new Set<NodeJS.Timeout>();
    world.server.answer(response => {
      drips.add(setInterval(() => response.write(' '), 20));
    });
    await expect(world.sync('debian', {attemptMs: 500, retries: 0})).rejects.toThrow(
      'it did not answer in time',
    );
    for (const drip of drips) clearInterval(drip);
    expect(await world.kept()).toHaveLength(1);
  });

  it('a name in the database of Alpine that is none is left out and counted', async () => {
    const hostile = alpine.replace('"openssl"', '"open\\u001b]52;c;aGk=\\u0007ssl"');
    const good = '{"pkg": {"name": "zlib", "secfixes": {"1.3-r0": ["CVE-2026-1111"]}}}';
    world.serve(hostile.replace('{"pkg":{"name":"zlib","secfixes":{}}}', good));
    const {meta} = await world.sync('alpine:v3.20');
    expect(meta).toMatchObject({entries: 2, unreadable: 4});
    expect(await world.linesOf(meta)).toMatchObject([{source: 'zlib'}, {source: 'zlib'}]);
  });

  it('hostile strings stay strings: names, ids and words that are none are left out and counted', async () => {
    const open = {releases: {bookworm: {status: 'open', urgency: 'high'}}};
    world.serve(
      JSON.stringify({
        good: {'CVE-2026-1111': open, '\u001b[2J': open, 'CVE-2026-1': open},
        '../../etc': {'CVE-2026-2222': open},
        bad: {'CVE-2026-3333': {releases: {'\u001b]0;x': {status: 'open'}}}, 'CVE-2026-4444': 'none'},
      }).replace('"good"', '"__proto__":{"CVE-2026-5555":1},"good"'),
    );
    const {meta} = await world.sync('debian');
    expect(await world.linesOf(meta)).toHaveLength(1);
    expect(meta.unreadable).toBe(6);
    expect(({} as Record<string, unknown>)['CVE-2026-5555']).toBeUndefined();
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
  world.server.answer((response, request) =>
    request.url?.endsWith('main.json') === true
      ? response.end(alpine)
      : response.end('{"distroversion": "v3.20", "packages": []}'),
  );
  const {meta} = await world.sync('alpine:v3.20');
  expect(await world.linesOf(meta)).toMatchObject([
    {id: 'ALPINE-CVE-2024-5535', ecosystem: 'Alpine:v3.20', ranges: [{introduced: '0', fixed: '3.3.1-r1'}]},
    {id: 'ALPINE-CVE-2024-6119', cves: ['CVE-2024-6119']},
  ]);
});

it('EPSS: the day of the scores is kept, rows that are none are counted', async () => {
  world.serve(gzipSync(`${epss}\nnot a row\nCVE-2023-1,9,9`));
  const {meta} = await world.sync('epss');
  expect(meta).toMatchObject({entries: 3, unreadable: 2, released: '2025-08-25T12:55:00Z'});
  expect(await world.linesOf(meta)).toContain('CVE-2023-0286,0.88921,0.99467');
});

it('OSV archive: records of the distribution are taken, broken ones are counted', async () => {
  world.serve(
    zipOf({
      ...Object.fromEntries(
        notices.map(notice => [`${notice.id}.json`, JSON.stringify(osvDocument(notice))]),
      ),
      'BROKEN.json': '{"id":',
    }),
  );
  const {meta} = await world.sync('osv:Debian');
  expect(meta).toMatchObject({name: 'osv-Debian', entries: notices.length, unreadable: 1});
});

it('OSV archive: one with names that climb out of it is not taken at all', async () => {
  world.serve(zipOf({'../../x.json': '{}'}));
  await expect(world.sync('osv:Debian')).rejects.toThrow('invalid relative path');
});

describe('a bundle for behind the air gap', () => {
  const other = (): string => join(world.folder, 'behind');
  const file = (): string => join(world.folder, 'feeds.bundle');
  const made = async (): Promise<void> => {
    world.serve(tracker);
    await world.sync('debian');
    world.serve(kev);
    await world.sync('kev');
    world.serve(epss);
    await world.sync('epss');
    await exportFeeds(world.directory, file(), now);
  };

  it('brings every feed over with its digest and age', async () => {
    await made();
    const taken = await importFeeds(other(), file());
    const {feeds} = await listFeeds(other());
    expect(feeds).toEqual((await listFeeds(world.directory)).feeds);
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

  it('that has a terminal sequence in it is not taken, though its digest is right', async () => {
    const draft = createFeedDraft();
    const id = 'X-1\u001b]52;c;aGk=\u0007';
    draft.line(JSON.stringify({id, feed: 'osv', ecosystem: 'Debian:12', source: 'x', cves: [], ranges: []}));
    const {packed, digest, bytes} = draft.finish();
    const meta = {name: 'debian', kind: 'advisories', digest, bytes, entries: 1, unreadable: 0} as const;
    const source = 'http://mirror/x';
    await keepFeed(world.directory, {v: 1, ...meta, source, asked: '2023-04-01T00:00:00.000Z'}, packed);
    await exportFeeds(world.directory, file(), now);
    await expect(importFeeds(other(), file())).rejects.toThrow('has a line that is no record');
  });

  it('that is older than what is kept is left, and named', async () => {
    await made();
    world.serve(tracker.replace('1.9.5p2-3+deb11u1', '1.9.5p2-3+deb11u2'));
    await world.sync('debian', {now: now + 86_400_000});
    const {feeds, older} = await importFeeds(world.directory, file());
    expect(older.map(feed => feed.name)).toEqual(['debian']);
    expect(feeds.map(feed => feed.name)).toEqual(['epss', 'kev']);
  });

  it('is not made of nothing', async () => {
    await expect(exportFeeds(other(), file(), now)).rejects.toMatchObject({code: 'feeds.none'});
  });
});

it('a feed whose data was changed on disk is not believed', async () => {
  world.serve(tracker);
  const {meta} = await world.sync('debian');
  const data = (await readdir(world.directory)).find(name => name.endsWith('.gz')) ?? never();
  await writeFile(join(world.folder, 'feeds', data), gzipSync('{"id":"CVE-2026-1111"}\n'));
  await expect(world.linesOf(meta)).rejects.toThrow('not what its digest says');
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
