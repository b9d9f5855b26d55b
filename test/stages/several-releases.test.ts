import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {createFeedDraft, keepFeed, listFeeds} from '../../src/advisories/feed-store.ts';
import type {Link} from '../../src/jobs/link.ts';
import type {Advisory} from '../../src/model/advisory.ts';
import {rankingSchema, type Ranking} from '../../src/model/patch.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {prioritize} from '../../src/stages/prioritize.ts';
import {debianHost, installed} from '../advisories/asked-of.ts';
import {summary} from '../components/fleet.ts';
import {host} from '../policy/example-fleet.ts';
import {createMemoryContext} from '../rollout/memory-context.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchdeck-prioritize-'));
});
afterEach(() => rm(directory, {recursive: true, force: true}));

const cve = 'CVE-2026-1111';
const record: Advisory = {
  id: cve,
  feed: 'debian',
  ecosystem: 'Debian:12',
  source: 'x',
  cves: [cve],
  ranges: [{introduced: '0', fixed: '1.0-2'}],
};

const keepRecord = async (): Promise<void> => {
  const draft = createFeedDraft();
  draft.line(JSON.stringify(record));
  const {packed, digest, bytes} = draft.finish();
  const about = {
    v: 1,
    name: 'debian',
    kind: 'advisories',
    entries: 1,
    unreadable: 0,
    source: 'test',
  } as const;
  await keepFeed(directory, {...about, digest, bytes, asked: new Date().toISOString()}, packed);
};

/** Two releases have the same update of x pending, and records speak of one of them. No host gives a changelog. */
const ranked = async (): Promise<Ranking> => {
  const silent = {ask: () => Promise.resolve('')} as unknown as Link;
  const context = createMemoryContext({hosts: [host('old'), host('new')], link: () => silent});
  const release = (version: string) => ({id: 'debian', version, codename: '', name: `Debian ${version}`});
  for (const [name, version] of [
    ['old', '12'],
    ['new', '13'],
  ] as const) {
    const scan = debianHost(name, [installed('x', '1.0-1')], {x: '1.0-2'}, {os: release(version)});
    const file = await context.put(scan);
    await context.record({type: 'host.scanned', data: {host: name, file, summary: summary()}});
  }
  const {feeds} = await listFeeds(directory);
  const exploited = new Map([[cve, {since: '2026-01-02', due: '2026-01-23', ransomware: false}]]);
  const kev = {entries: exploited, input: 'KEV', digest: 'k', stale: undefined};
  await prioritize(context, {knowledge: {kev, directory, feeds, damaged: []}, blocked: new Map()});
  const [event] = context.of('patches.ranked');
  return await readDocument(context, event?.data.file ?? '', rankingSchema);
};

it('a patch that records find exploited on one of its hosts is exploited, though its changelog cannot be had', async () => {
  await keepRecord();
  const {patches, openOn} = await ranked();
  expect(patches).toMatchObject([{source: 'x', hosts: ['old', 'new'], cves: [cve], exploited: [{cve}]}]);
  // The list of what it closes is not whole: no word of records is taken for the other release.
  expect(patches[0]?.missing.join()).toMatch(/CVEs: more than those of/);
  expect(Object.keys(openOn ?? {})).toEqual(['old']);
});

it('without records its CVEs are missing', async () => {
  const {patches} = await ranked();
  expect(patches).toMatchObject([{cves: [], exploited: []}]);
  expect(patches[0]?.missing).toContain('CVEs: its changelog could not be had');
});
