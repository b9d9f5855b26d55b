import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {createCollector} from '../../src/advisories/collect-packages.ts';
import {loadAdvisories} from '../../src/advisories/load-advisories.ts';
import {match} from '../../src/advisories/match.ts';
import {readOsvArchive} from '../../src/advisories/osv-bulk.ts';
import type {SyncStep} from '../../src/advisories/sync-kept.ts';
import type {Advisory, Findings} from '../../src/model/advisory.ts';
import {debianHost, installed} from './asked-of.ts';
import {feedWorld} from './feed-world.ts';
import {zipOf} from './zip-of.ts';

const world = feedWorld();
type Exchange = {
  request: {queries: {package: {ecosystem: string; name: string}; version: string}[]};
  response: {results: {vulns?: {id: string}[]}[]};
};
const exchange = JSON.parse(
  await readFile(new URL('fixtures/osv-querybatch-debian-10.json', import.meta.url), 'utf8'),
) as Exchange;
const packages = exchange.request.queries.map(({package: item, version}) => ({...item, version}));
/** Which package the service names each record for. */
const sources = new Map(
  exchange.response.results.flatMap(({vulns = []}, at) =>
    vulns.map(({id}) => [id, packages[at]?.name ?? ''] as const),
  ),
);
const record = (id: string, name = sources.get(id) ?? '', fixed = '99'): string =>
  JSON.stringify({
    id,
    modified: '2026-03-09T01:18:42Z',
    upstream: [`CVE-2023-${1000 + [...sources.keys()].indexOf(id)}`],
    affected: [
      {
        package: {ecosystem: 'Debian:10', name},
        ranges: [{type: 'ECOSYSTEM', events: [{introduced: '0'}, {fixed}]}],
      },
    ],
  });
/** The service's real answer, and records in the form of its own for the ids in it; `over` are others for some. */
const serve = (over: Readonly<Record<string, string | number>> = {}): void =>
  world.server.answer((response, request) => {
    if (request.url === '/v1/querybatch') return void response.end(JSON.stringify(exchange.response));
    const id = request.url?.split('/').at(-1) ?? '';
    const other = over[id];
    if (typeof other === 'number') response.writeHead(other).end();
    else response.end(other ?? record(id));
  });
const judged = async (versions: Record<string, string>): Promise<Findings> => {
  const {meta} = await world.sync('osv-api', {packages});
  const os = {id: 'debian', version: '10', codename: 'buster', name: 'Debian 10'};
  const items = Object.entries(versions).map(([name, version]) => installed(name, version));
  const collector = createCollector();
  collector.add(debianHost('a', items, {}, {os, container: 'lxc'}));
  return match(collector.collected, await loadAdvisories(world.directory, [meta], collector.collected));
};
const about = ({source, version}: Findings['unjudged'][number]): string => `${source} ${version}`;

describe('the service, asked about what is installed', () => {
  it('knows of these packages in these versions, and of no other', async () => {
    serve();
    const found = await judged({
      tar: '1.30+dfsg-6',
      openssl: '1.1.1n-0+deb10u9',
      adduser: '3.118',
      ghost: '1',
    });
    expect(found.groups.map(({source}) => source)).toEqual(['tar']);
    // Another version than was asked about may have other holes, and so may what nobody asked about.
    expect(found.unjudged.map(about)).toEqual(['ghost 1', 'openssl 1.1.1n-0+deb10u9']);
    expect(found.unknownReleases).toEqual([]);
  });
  it('says progress of both its parts, and how much could not be read', async () => {
    serve({'DLA-3755-1': 404});
    const steps: SyncStep[] = [];
    const {meta} = await world.sync('osv-api', {packages, progress: step => steps.push(step)});
    expect(meta).toMatchObject({partial: true, unreadable: 1, entries: sources.size - 1});
    expect(steps).toContainEqual({unit: 'packages', done: packages.length, total: packages.length});
    expect(steps.at(-1)).toEqual({unit: 'records', done: sources.size, total: sources.size});
  });
  it.each<[string, string | number]>([
    ['is gone', 404],
    ['is none', '{"id": 1}'],
    ['has a terminal sequence for a version', record('DLA-3755-1', 'tar', '2\u001b[2J')],
    ['speaks of another package', record('DLA-3755-1', 'tarpit')],
  ])('a record that %s leaves its package not judged', async (_, answer) => {
    serve({'DLA-3755-1': answer});
    expect((await judged({tar: '1.30+dfsg-6', adduser: '3.118'})).unjudged.map(about)).toEqual([
      'tar 1.30+dfsg-6',
    ]);
  });
  it('is not asked without a scan', async () => {
    await expect(world.sync('osv-api')).rejects.toThrow('it needs a scan');
  });
});

describe('the archive of all records', () => {
  const one = (id: string): string => record(id, 'x').replace('Debian:10', 'Debian:12');
  const read = async (
    limits: Partial<Record<'maxRecord' | 'maxUnpacked' | 'maxRecords', number>>,
  ): Promise<{entries: number; unreadable: number; taken: Advisory[]}> => {
    const file = join(world.folder, 'all.zip');
    await writeFile(
      file,
      zipOf({'a.json': one('A-1'), 'b.json': one('B-1'), 'c.json': `${one('C-1')}${' '.repeat(2000)}`}),
    );
    const taken: Advisory[] = [];
    const reader = {
      wanted: () => true,
      take: (each: Advisory) => taken.push(each),
      progress: () => undefined,
    };
    const all = {maxRecord: 10_000, maxUnpacked: 100_000, maxRecords: 10, ...limits};
    return {...(await readOsvArchive(file, reader, all)), taken};
  };
  it('leaves a record that is too large, and counts it', async () => {
    expect(await read({maxRecord: 1000})).toMatchObject({entries: 2, unreadable: 1});
  });
  it('is not taken when it unpacks to too much, or has too many records', async () => {
    await expect(read({maxUnpacked: 2000})).rejects.toThrow('unpacks to more than any such archive should');
    await expect(read({maxRecords: 2})).rejects.toThrow('more than 2 records');
  });
  it('says progress while it is fetched and while it is read', async () => {
    world.serve(zipOf({'a.json': one('A-1'), 'b.json': one('B-1')}));
    const steps: SyncStep[] = [];
    await world.sync('osv:Debian', {progress: step => steps.push(step)});
    expect(new Set(steps.map(({unit}) => unit))).toEqual(new Set(['bytes', 'records']));
    expect(steps.at(-1)).toEqual({unit: 'records', done: 2, total: 2});
  });
  it('leaves records with terminal sequences in their names, and counts them', async () => {
    world.serve(zipOf({'a.json': one('A-1'), 'b.json': one('\u001b]0;x\u0007')}));
    expect((await world.sync('osv:Debian')).meta).toMatchObject({entries: 1, unreadable: 1});
  });
});
