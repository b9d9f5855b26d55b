import {mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {loadKev, type Kev} from '../../src/advisories/kev.ts';
import {startFeedServer, type FeedServer} from './feed-server.ts';

/** Thirty entries of the catalogue that CISA released on 2025-08-25. */
const excerpt = await readFile(new URL('fixtures/kev-2025-08-25-excerpt.json', import.meta.url), 'utf8');
const limits = {maxBytes: 200_000, attemptMs: 2000, silenceMs: 500, retries: 1, pauseMs: 20};
const hour = 3_600_000;
const now = Date.parse('2025-08-26T17:04:19Z');

let folder = '';
let server: FeedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-kev-'));
  server = await startFeedServer();
});
afterEach(async () => {
  await server.close();
  await rm(folder, {recursive: true, force: true});
});

const fromUrl = (at = now, url = server.url): Promise<Kev> =>
  loadKev({url}, join(folder, 'cache'), at, limits);
const fromFile = async (text: string | Uint8Array): Promise<Kev> => {
  const file = join(folder, 'kev.json');
  await writeFile(file, text);
  return loadKev({file}, folder, now, limits);
};
const known = (kev: Kev): Extract<Kev, {input: string}> => {
  if ('missing' in kev) throw new Error(kev.missing);
  return kev;
};
const missing = (kev: Kev): string => ('missing' in kev ? kev.missing : `it was taken: ${kev.input}`);
const servesExcerpt = (): void =>
  server.answer((response, request) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else
      response.writeHead(200, {etag: '"v1"', 'last-modified': 'Mon, 25 Aug 2025 17:04:19 GMT'}).end(excerpt);
  });

describe('from a file', () => {
  it('gives what is exploited, since when, by when to fix it, and whether by ransomware', async () => {
    const {entries, input} = known(await fromFile(excerpt));
    expect(entries.size).toBe(30);
    expect(entries.get('CVE-2021-4034')).toEqual({since: '2022-06-27', due: '2022-07-18', ransomware: false});
    expect(entries.get('CVE-2017-7494')?.ransomware).toBe(true);
    expect(input).toBe(
      `known exploited vulnerabilities: CISA KEV 2025.08.25 from ${join(folder, 'kev.json')}, 30 entries, released 24 h ago`,
    );
  });

  it('says that an old one does not know what came since', async () => {
    const file = join(folder, 'kev.json');
    await writeFile(file, excerpt);
    const {input} = known(await loadKev({file}, folder, now + 100 * 24 * hour, limits));
    expect(input).toContain('released 101 days ago, what was exploited since is not in it');
  });

  it.each([
    ['nothing', '', 'it is not JSON'],
    ['half a catalogue', excerpt.slice(0, excerpt.length / 2), 'it is not JSON'],
    ['a web page', '<html>Sign in</html>', 'it is not JSON'],
    ['other JSON', '{"vulnerabilities": "none"}', 'not a catalogue'],
    ['a list', '[]', 'not a catalogue'],
    ['an empty catalogue', '{"vulnerabilities": []}', 'no entry that can be read'],
    [
      'one that lost entries',
      excerpt.replace('"count": 30', '"count": 1404'),
      'says that it has 1404 entries and has 30',
    ],
    ['a hole of brackets', '['.repeat(100_000), 'nested deeper'],
    ['more than is allowed', `${excerpt}${' '.repeat(200_000)}`, 'are allowed'],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x7b), 'not UTF-8'],
  ])('does not believe %s', async (_, text, why) => {
    const said = missing(await fromFile(text));
    expect(said).toContain(`could not be read from ${join(folder, 'kev.json')}`);
    expect(said).toContain(why);
  });

  it('counts entries that it cannot read and takes the others, whatever they hold', async () => {
    const hostile = {
      catalogVersion: '\u001b]0;owned\u0007 2025\n\u202e',
      vulnerabilities: [
        {cveID: 'CVE-2025-0001', dateAdded: '2025-01-01', dueDate: 'soon\u001b[2J'},
        {cveID: '../../etc/passwd', dateAdded: '2025-01-01'},
        {
          cveID: 'cve-2025-0002',
          dateAdded: '2025-01-01',
          knownRansomwareCampaignUse: 'Known',
          __proto__: {x: 1},
        },
        null,
      ],
    };
    const {entries, input} = known(await fromFile(JSON.stringify(hostile)));
    expect([...entries]).toEqual([['CVE-2025-0002', {since: '2025-01-01', due: '', ransomware: true}]]);
    expect(input).toContain('CISA KEV 2025 from');
    expect(input).toContain('of unknown age');
    expect(input).toContain('3 entries could not be read');
    expect(input).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('says so when it is not there, or nothing is named', async () => {
    const gone = await loadKev({file: join(folder, 'gone.json')}, folder, now, limits);
    expect(missing(gone)).toContain('gone.json: it is not there');
    expect(missing(await loadKev({file: folder}, folder, now, limits))).toContain('it is a directory');
    expect(missing(await loadKev({}, folder, now, limits))).toContain('--kev FILE or URL');
    expect(missing(await loadKev({file: '/dev/zero'}, folder, now, limits))).toContain('are allowed');
  });
});

describe('from a URL', () => {
  it('asks only for news once it has a copy', async () => {
    servesExcerpt();
    expect(known(await fromUrl()).entries.size).toBe(30);
    const again = known(await fromUrl(now + hour));
    expect(again.entries.size).toBe(30);
    expect(again.input).not.toContain('a copy');
    expect(server.requests.map(request => request.headers['if-none-match'])).toEqual([undefined, '"v1"']);
    expect(server.requests[1]?.headers['if-modified-since']).toBe('Mon, 25 Aug 2025 17:04:19 GMT');
  });

  it('keeps the copy where only its owner reads it', async () => {
    servesExcerpt();
    await fromUrl();
    const [name = ''] = await readdir(join(folder, 'cache'));
    expect((await stat(join(folder, 'cache', name))).mode & 0o777).toBe(0o600);
  });

  it.each<[string, Parameters<FeedServer['answer']>[0], string]>([
    ['the server fails', response => response.writeHead(500).end(), 'it answered 500'],
    ['it is gone', response => response.writeHead(404).end(), 'it answered 404'],
    [
      'a login page comes',
      response => response.writeHead(200, {'content-type': 'text/html'}).end('<html>'),
      'it is not JSON',
    ],
    ['it is cut short', response => response.writeHead(200).end(excerpt.slice(0, 5000)), 'it is not JSON'],
    [
      'the connection breaks',
      response => {
        response.writeHead(200, {'content-length': excerpt.length});
        response.write(excerpt.slice(0, 5000), () => response.destroy());
      },
      '',
    ],
    [
      'it is too large',
      response => response.writeHead(200, {'content-length': 1e9}).write('{'),
      'sends more than',
    ],
    [
      'it is too large and does not say so',
      response => {
        response.writeHead(200);
        const more = (): void => {
          if (!response.destroyed) response.write(' '.repeat(65_536), more);
        };
        more();
      },
      'sends more than',
    ],
    [
      'it is packed, which was not asked for',
      response => response.writeHead(200, {'content-encoding': 'gzip'}).end(gzipSync(' '.repeat(50_000_000))),
      'it is not JSON',
    ],
    ['nothing comes', () => undefined, 'did not answer in time'],
    [
      'it stops in the middle',
      response => {
        response.writeHead(200).write(excerpt.slice(0, 5000));
      },
      'did not answer in time',
    ],
    [
      'it goes round in circles',
      response => response.writeHead(302, {location: '/kev.json'}).end(),
      'Redirected 5 times',
    ],
    ['304 comes unasked', response => response.writeHead(304).end(), '304'],
  ])(
    'when %s: missing without a copy, and the copy with its age when there is one',
    async (_, handler, why) => {
      server.answer(handler);
      const without = missing(await fromUrl());
      expect(without).toContain(`could not be read from ${server.url}`);
      expect(without).toContain(why);
      servesExcerpt();
      await fromUrl();
      server.answer(handler);
      const {entries, input} = known(await fromUrl(now + 30 * hour));
      expect(entries.size).toBe(30);
      // A 304 is a good answer to somebody who has a copy.
      if (why === '304') expect(input).not.toContain('a copy');
      else expect(input).toContain('a copy fetched 30 h ago, as a newer one could not be had: ');
      expect(input).toContain(why === '304' ? '' : why);
    },
  );

  it('tries again when a server fails for a moment', async () => {
    server.answer((response, _, count) =>
      count === 1 ? response.writeHead(503).end() : response.writeHead(200).end(excerpt),
    );
    expect(known(await fromUrl()).entries.size).toBe(30);
    expect(server.requests).toHaveLength(2);
  });

  it('does not wait as long as a server would like', async () => {
    server.answer(response => response.writeHead(503, {'retry-after': '3600'}).end());
    const started = performance.now();
    expect(missing(await fromUrl())).toContain('it answered 503');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('fetches anew when the copy is damaged, and does without one it cannot keep', async () => {
    servesExcerpt();
    await fromUrl();
    const [name = ''] = await readdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache', name), '{"v":1,"url":"');
    expect(known(await fromUrl()).entries.size).toBe(30);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBeUndefined();
    const blocked = join(folder, 'a-file');
    await writeFile(blocked, '');
    expect(known(await loadKev({url: server.url}, blocked, now, limits)).entries.size).toBe(30);
  });

  it('does not use the copy of another place', async () => {
    servesExcerpt();
    await fromUrl();
    server.answer(response => response.writeHead(500).end());
    expect(missing(await fromUrl(now, `${server.url}?other`))).toContain('it answered 500');
  });

  it('shows no password and no key of a URL', async () => {
    server.answer(response => response.writeHead(500).end());
    const {host} = new URL(server.url);
    const said = missing(await fromUrl(now, `http://me:secret@${host}/kev.json?key=hidden`));
    expect(said).toContain(`http://${host}/kev.json: it answered 500`);
    expect(said).not.toMatch(/secret|hidden/);
    expect(missing(await fromUrl(now, 'ftp://x/y'))).toContain('begins with http');
  });

  it('says when nobody listens', async () => {
    const {url} = server;
    await server.close();
    expect(missing(await fromUrl(now, url))).toContain('ECONNREFUSED');
    server = await startFeedServer();
  });
});
