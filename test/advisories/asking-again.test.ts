import {readdir, unlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import {wholeFeeds} from '../../src/advisories/feed-store.ts';
import {debianNotices, osvDocument, trackerDocument} from './debian-notices.ts';
import {feedWorld, now} from './feed-world.ts';
import {zipOf} from './zip-of.ts';

const world = feedWorld();
const notices = await debianNotices();
const tracker = trackerDocument(notices);
const archive = zipOf(
  Object.fromEntries(notices.map(notice => [`${notice.id}.json`, JSON.stringify(osvDocument(notice))])),
);
const hourLater = {now: now + 3_600_000};
const dataFiles = async (): Promise<string[]> =>
  (await readdir(world.directory)).filter(name => name.endsWith('.gz'));

/** Answers with a tag, and 304 to a question that names it. */
const serveTagged = (body: string | Uint8Array): void =>
  world.server.answer((response, request) =>
    request.headers['if-none-match'] === '"t1"'
      ? response.writeHead(304).end()
      : response.writeHead(200, {etag: '"t1"'}).end(body),
  );

it.each([
  ['debian', tracker],
  ['osv:Debian', archive],
])(
  'takes nothing anew of %s when the source has nothing newer, and says that it was asked',
  async (feed, body) => {
    serveTagged(body);
    const {meta} = await world.sync(feed);
    const again = await world.sync(feed, hourLater);
    expect(again).toEqual({meta: {...meta, asked: '2023-04-01T01:00:00.000Z'}, unchanged: true});
    expect(world.server.requests).toHaveLength(2);
    expect(await world.linesOf(again.meta)).toHaveLength(meta.entries);
  },
);

it('gives the same digest for the same document, packed on the way or not', async () => {
  world.serve(tracker);
  const plain = await world.sync('debian');
  world.serve(gzipSync(tracker), {'content-encoding': 'gzip'});
  expect((await world.sync('debian')).meta.digest).toBe(plain.meta.digest);
});

describe('Alpine, whose database is of two documents', () => {
  const document = (version: string): string =>
    JSON.stringify({
      distroversion: 'v3.20',
      packages: [{pkg: {name: 'openssl', secfixes: {[version]: ['CVE-2024-5535']}}}],
    });
  /** Documents by repository, each with itself as its tag. */
  const serve = (documents: Record<string, string>): void =>
    world.server.answer((response, request) => {
      const name = /(\w+)\.json$/.exec(request.url ?? '')?.[1] ?? '';
      const etag = `"${name}-${documents[name] ?? ''}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, {etag}).end(document(documents[name] ?? ''));
    });
  const fixes = async (): Promise<unknown[]> => {
    const {meta} = await world.sync('alpine:v3.20', hourLater);
    return (await world.linesOf(meta)).map(line => (line as {ranges: {fixed: string}[]}).ranges[0]?.fixed);
  };

  it('takes nothing anew when neither is newer', async () => {
    serve({main: '1-r0', community: '2-r0'});
    const {meta} = await world.sync('alpine:v3.20');
    expect(meta.parts).toEqual([{etag: '"main-1-r0"'}, {etag: '"community-2-r0"'}]);
    const again = await world.sync('alpine:v3.20', hourLater);
    expect(again).toEqual({meta: {...meta, asked: '2023-04-01T01:00:00.000Z'}, unchanged: true});
    expect(world.server.requests).toHaveLength(4);
  });
  it('takes both when one is newer', async () => {
    serve({main: '1-r0', community: '2-r0'});
    await world.sync('alpine:v3.20');
    serve({main: '1-r0', community: '2-r1'});
    expect(await fixes()).toEqual(['1-r0', '2-r1']);
  });
});

describe('what was kept and is lost', () => {
  it.each<[string, (file: string) => Promise<void>]>([
    ['deleted', unlink],
    ['changed', file => writeFile(file, gzipSync('{"id":"CVE-2026-1111"}\n'))],
    ['cut', file => writeFile(file, 'x')],
  ])('%s data is said, and fetched whole again though the source has nothing newer', async (_, spoil) => {
    serveTagged(tracker);
    const {meta} = await world.sync('debian');
    const [file = ''] = await dataFiles();
    await spoil(join(world.directory, file));
    const seen = await wholeFeeds(world.directory);
    expect(seen.feeds).toEqual([]);
    expect(seen.damaged).toEqual([expect.stringMatching(/^the data of feed debian is .*; sync it again$/)]);

    const healed = await world.sync('debian', hourLater);
    expect(healed.meta).toMatchObject({entries: meta.entries, asked: '2023-04-01T01:00:00.000Z'});
    expect(await world.linesOf(healed.meta)).toHaveLength(meta.entries);
    expect((await wholeFeeds(world.directory)).damaged).toEqual([]);
  });
});
