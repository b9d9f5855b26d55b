import {readFile} from 'node:fs/promises';
import type {IncomingMessage} from 'node:http';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {askOsv, readOsv} from '../../src/advisories/osv-api.ts';
import {osvAdvisories} from '../../src/advisories/osv-record.ts';
import {startFeedServer, type FeedServer} from './feed-server.ts';

const limits = {maxBytes: 2_000_000, attemptMs: 3000, silenceMs: 400, retries: 1, pauseMs: 10};
const fixture = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as unknown;
type Exchange = {
  request: {queries: {package: {ecosystem: string; name: string}; version: string; page_token?: string}[]};
  response: {results: {vulns?: {id: string}[]}[]};
};
/** A real exchange with api.osv.dev, of mid 2026. */
const exchange = (await fixture('osv-querybatch-debian-10.json')) as Exchange;
const queries = exchange.request.queries.map(({package: item, version}) => ({...item, version}));
const anything = (): boolean => true;

let server: FeedServer;
let base = '';
beforeEach(async () => {
  server = await startFeedServer();
  base = new URL(server.url).origin;
});
afterEach(() => server.close());

const bodyOf = async (request: IncomingMessage): Promise<Exchange['request']> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Exchange['request'];
};

describe('asking the service', () => {
  it.each([
    ['ubuntu-22.04', 'Ubuntu:22.04', 'xz-utils', '5.2.5-2ubuntu1', 'USN-8362-1'],
    ['alpine-v3.20', 'Alpine:v3.20', 'musl', '1.2.5-r0', 'ALPINE-CVE-2025-26519'],
    ['opensuse-leap-15.5', 'openSUSE:Leap 15.5', 'curl', '8.0.1-150400.5.50.1', 'SUSE-SU-2024:3926-1'],
  ])('understands what the service says of %s', async (name, ecosystem, source, version, id) => {
    const {request, response: said} = (await fixture(`osv-querybatch-${name}.json`)) as Exchange;
    server.answer(response => response.end(JSON.stringify(said)));
    const asked = request.queries.map(query => ({...query.package, version: query.version}));
    const ids = await askOsv(base, asked, limits);
    const at = asked.findIndex(query => query.name === source && query.version === version);
    expect(asked[at]).toEqual({ecosystem, name: source, version});
    expect(ids[at]).toContain(id);
  });

  it('gives each package the records of its own answer, as in a real exchange', async () => {
    server.answer((response, request) => {
      void bodyOf(request).then(body => {
        expect(body).toEqual(exchange.request);
        response.end(JSON.stringify(exchange.response));
      });
    });
    const ids = await askOsv(base, queries, limits);
    const of = (name: string, version: string): string[] | undefined =>
      ids[queries.findIndex(query => query.name === name && query.version === version)];
    expect(of('glibc', '2.28-10+deb10u2')).toEqual(['DLA-3807-1', 'DLA-3850-1']);
    expect(of('util-linux', '2.33.1-0.1')).toEqual(['DLA-3782-1']);
    // Asked with the epoch of a binary package of it, the service finds nothing.
    expect(of('util-linux', '1:2.33.1-0.1')).toEqual([]);
    expect(of('adduser', '3.118')).toEqual([]);
  });

  it('follows the pages of each package by itself', async () => {
    const seen: unknown[] = [];
    server.answer((response, request, count) => {
      void bodyOf(request).then(body => {
        seen.push(body.queries.map(query => [query.package.name, query.page_token]));
        const first = {
          results: [
            {vulns: [{id: 'A-1'}], next_page_token: 'p2'},
            {},
            {vulns: [{id: 'C-1'}], next_page_token: 'q2'},
          ],
        };
        const second = {results: [{vulns: [{id: 'A-2'}]}, {vulns: [{id: 'C-2'}], next_page_token: 'q3'}]};
        const answers = [first, second, {results: [{vulns: [{id: 'C-3'}], next_page_token: ''}]}];
        response.end(JSON.stringify(answers[count - 1]));
      });
    });
    const three = ['a', 'b', 'c'].map(name => ({ecosystem: 'Debian:12', name, version: '1'}));
    expect(await askOsv(base, three, limits)).toEqual([['A-1', 'A-2'], [], ['C-1', 'C-2', 'C-3']]);
    expect(seen).toEqual([
      [
        ['a', undefined],
        ['b', undefined],
        ['c', undefined],
      ],
      [
        ['a', 'p2'],
        ['c', 'q2'],
      ],
      [['c', 'q3']],
    ]);
  });

  it('asks a thousand at a time', async () => {
    const sizes: number[] = [];
    server.answer((response, request) => {
      void bodyOf(request).then(body => {
        sizes.push(body.queries.length);
        response.end(JSON.stringify({results: body.queries.map(() => ({}))}));
      });
    });
    const many = Array.from({length: 2300}, (_, i) => ({
      ecosystem: 'Debian:12',
      name: `p${i}`,
      version: '1',
    }));
    expect(await askOsv(base, many, limits)).toHaveLength(2300);
    expect(sizes).toEqual([1000, 1000, 300]);
  });

  it.each([
    ['one answer too few', '{"results": [{}]}', 'answered 1 of'],
    ['something else', '{"hello": 1}', 'none of the OSV service'],
    ['an id that is a path', '{"results": [{"vulns": [{"id": "../../v1/x"}]}]}', 'none of the OSV service'],
  ])('believes nothing of %s', async (_, body, why) => {
    server.answer(response => response.end(body));
    await expect(askOsv(base, queries, limits)).rejects.toThrow(why);
  });

  it('ends when a service never runs out of pages', async () => {
    server.answer(response => response.end('{"results": [{"next_page_token": "more"}]}'));
    await expect(askOsv(base, queries.slice(0, 1), limits)).rejects.toThrow('more than 200 pages');
  });

  it('reads each record once, and counts those that cannot be read', async () => {
    const record = await fixture('osv-DSA-3029-1.json');
    server.answer((response, request) =>
      response.end(request.url === '/v1/vulns/DSA-3029-1' ? JSON.stringify(record) : '[]'),
    );
    const read = await readOsv(base, ['DSA-3029-1', 'X-1', 'DSA-3029-1'], anything, limits);
    expect([...read.unreadable]).toEqual(['X-1']);
    expect(read.byId.get('DSA-3029-1')).toMatchObject([{id: 'DSA-3029-1', source: 'nginx'}]);
    expect(server.requests).toHaveLength(2);
  });

  it('goes on when one record is gone, and not when most are, or the line fails', async () => {
    const record = JSON.stringify(await fixture('osv-DSA-3029-1.json'));
    server.answer((response, request) =>
      request.url === '/v1/vulns/DSA-3029-1' ? response.end(record) : response.writeHead(404).end(),
    );
    const read = await readOsv(base, ['DSA-3029-1', 'GONE-1'], anything, limits);
    expect([...read.unreadable]).toEqual(['GONE-1']);
    await expect(readOsv(base, ['GONE-1', 'GONE-2'], anything, limits)).rejects.toThrow('most of its');
    server.answer(response => response.writeHead(500).end());
    await expect(readOsv(base, ['DSA-3029-1'], anything, limits)).rejects.toThrow('it answered 500');
  });
});

const affectedBy = (fixed: string, name = 'x'): object => ({
  package: {ecosystem: 'Debian:12', name},
  ranges: [{type: 'ECOSYSTEM', events: [{introduced: '0'}, {fixed}]}],
});

describe('a record', () => {
  it('of Debian names its CVEs and the fixed version, as published', async () => {
    expect(osvAdvisories(await fixture('osv-DSA-3029-1.json'), anything)).toEqual([
      {
        id: 'DSA-3029-1',
        feed: 'osv',
        ecosystem: 'Debian:7',
        source: 'nginx',
        cves: ['CVE-2014-3616'],
        ranges: [{introduced: '0', fixed: '1.2.1-2.2+wheezy3'}],
        since: '2014-09-20',
      },
    ]);
  });

  it('of Ubuntu tells the paid archive apart, and has the severity that Ubuntu gives', async () => {
    const advisories = osvAdvisories(await fixture('osv-UBUNTU-CVE-2025-38094.json'), anything);
    expect(advisories.length).toBeGreaterThan(0);
    expect(advisories[0]).toMatchObject({
      ecosystem: 'Ubuntu:Pro:14.04',
      source: 'linux',
      severity: 'medium',
      cves: ['CVE-2025-38094'],
    });
  });

  const base12 = {
    id: 'X-1',
    modified: '2026-01-01T00:00:00Z',
    upstream: ['CVE-2026-1111'],
    withdrawn: '2026-02-03T00:00:00Z',
  };
  it('that came back has a range for each time, and one that was taken back says so', () => {
    const events = [
      {introduced: '0'},
      {fixed: '2'},
      {introduced: '3'},
      {last_affected: '3.5'},
      {introduced: '4'},
    ];
    const affected = [
      {
        package: {ecosystem: 'Ubuntu:24.04:LTS', name: 'x'},
        ranges: [
          {type: 'ECOSYSTEM', events},
          {type: 'GIT', events},
        ],
      },
    ];
    expect(osvAdvisories({...base12, affected}, anything)).toMatchObject([
      {
        ecosystem: 'Ubuntu:24.04',
        withdrawn: '2026-02-03',
        ranges: [{introduced: '0', fixed: '2'}, {introduced: '3', lastAffected: '3.5'}, {introduced: '4'}],
      },
    ]);
  });

  it('has its ranges in the order of versions, whatever the order of its events', () => {
    const ranges = (events: object[]): unknown =>
      osvAdvisories(
        {
          ...base12,
          affected: [{package: {ecosystem: 'Debian:12', name: 'x'}, ranges: [{type: 'ECOSYSTEM', events}]}],
        },
        anything,
      )[0]?.ranges;
    expect(ranges([{fixed: '2'}, {introduced: '0'}])).toEqual([{introduced: '0', fixed: '2'}]);
    expect(ranges([{introduced: '3'}, {fixed: '10'}, {fixed: '2'}, {introduced: '0'}])).toEqual([
      {introduced: '0', fixed: '2'},
      {introduced: '3', fixed: '10'},
    ]);
  });

  it.each(['osv-USN-6332-1.json', 'osv-DLA-3623-1.json'])(
    'that says of no package that it is affected says nothing: %s',
    async name => expect(osvAdvisories(await fixture(name), anything)).toEqual([]),
  );

  it.each([
    ['id', {id: 'X-1\u001b]52;c;aGk=\u0007'}],
    ['id', {id: 'X-1\u202e'}],
    ['version', {affected: [affectedBy('1\u001b[2J')]}],
    ['package', {affected: [affectedBy('1', 'x\u009b31m')]}],
  ])('with a terminal sequence in its %s is none', (_, hostile) => {
    expect(() => osvAdvisories({...base12, affected: [affectedBy('1')], ...hostile}, anything)).toThrow();
  });

  it('without any range has its list of versions, and without both nothing', () => {
    const item = {ecosystem: 'Debian:12', name: 'x'};
    const affected = [{package: item, versions: ['1', '2']}, {package: item}];
    expect(osvAdvisories({...base12, affected}, anything)).toMatchObject([
      {versions: ['1', '2'], ranges: []},
    ]);
  });

  it.each([[null], [[]], [{}], [{id: 1}], [{id: 'x', modified: 'y', affected: 'all'}]])(
    'is not %j',
    document => {
      expect(() => osvAdvisories(document, anything)).toThrow('not an OSV record');
    },
  );
});
