import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {createFeedDraft, keepFeed} from '../../src/advisories/feed-store.ts';
import {feedsDirectory, loadKnowledge} from '../../src/advisories/knowledge.ts';
import type {FeedMeta} from '../../src/model/advisory.ts';
import {rankingSchema, type Patch, type Ranking} from '../../src/model/patch.ts';
import {readDocument} from '../../src/rollout/context.ts';
import {prioritize} from '../../src/stages/prioritize.ts';
import {createWorld, scanned, type World} from '../rollout/simulated-hosts.ts';

const today = '2026-11-24T00:00:00.000Z';
const longAgo = '2026-03-03T00:00:00.000Z';
const cve = 'CVE-2026-54874';

let cacheDir = '';
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'patchdeck-kept-'));
});
afterEach(async () => rm(cacheDir, {recursive: true, force: true}));

const keep = async (name: string, kind: FeedMeta['kind'], of: string, lines: string[]): Promise<void> => {
  const draft = createFeedDraft();
  for (const line of lines) draft.line(line);
  const {packed, digest, bytes} = draft.finish();
  const dates = kind === 'advisories' ? {asked: of} : {asked: today, released: of};
  const meta = {v: 1, name, kind, digest, bytes, entries: lines.length, unreadable: 0} as const;
  await keepFeed(feedsDirectory(cacheDir), {...meta, source: 'http://mirror/x', ...dates}, packed);
};
const record = {
  ...{id: cve, feed: 'debian', ecosystem: 'Debian:12', source: 'openssl', cves: [cve], severity: 'low'},
  ranges: [{introduced: '0', fixed: '3.0.22-1~deb12u1'}],
  since: '2026-11-20',
};
const keepRecords = (of: string): Promise<void> => keep('debian', 'advisories', of, [JSON.stringify(record)]);
const keepEpss = (of: string, probability: number): Promise<void> =>
  keep('epss', 'epss', of, [`${cve},${probability},0.5`]);
const keepKev = (of: string, id: string): Promise<void> =>
  keep('kev', 'kev', of, [
    JSON.stringify({cve: id, since: '2026-03-01', due: '2026-03-22', ransomware: false, version: '1'}),
  ]);

const ranked = async (world: World): Promise<{ranking: Ranking; openssl: Patch}> => {
  const knowledge = await loadKnowledge({}, cacheDir, Date.parse(today));
  await prioritize(world.context, {knowledge, blocked: new Map(), now: Date.parse(today)});
  const ranking = await readDocument(
    world.context,
    world.context.state().run.ranking?.file ?? '',
    rankingSchema,
  );
  const openssl = ranking.patches.find(({source}) => source === 'openssl');
  if (openssl === undefined) throw new Error('openssl is not pending');
  return {ranking, openssl};
};
const world = async (): Promise<World> => {
  const made = createWorld({web1: {exposure: 'internal', criticality: 'medium', data: 'internal'}});
  await scanned(made);
  return made;
};
const rankOf = async (): Promise<{ranking: Ranking; openssl: Patch}> => ranked(await world());

describe('what an old feed does not have', () => {
  it('is not known, while what it has still counts', async () => {
    await keepRecords(today);
    await keepEpss(today, 0.001);
    await keepKev(today, 'CVE-2020-1111');
    const fresh = (await rankOf()).openssl;
    expect(fresh.missing.filter(text => /^(exploited|EPSS|CVEs)/.test(text))).toEqual([]);
    expect(fresh).toMatchObject({cves: [cve], cveSource: 'records of the distribution'});

    await keepEpss(longAgo, 0.001);
    await keepKev(longAgo, 'CVE-2020-1111');
    const old = (await rankOf()).openssl;
    expect(old.missing).toEqual(
      expect.arrayContaining([
        'EPSS: EPSS is of 3 Mar 2026, 266 days old',
        'exploited: the catalogue of what is exploited is of 3 Mar 2026, 266 days old',
      ]),
    );
    expect(old.score).toBeGreaterThan(fresh.score ?? 100);
    expect(old.why).toContain('data from 266 days ago');

    await keepEpss(longAgo, 0.7);
    await keepKev(longAgo, cve);
    expect((await rankOf()).openssl).toMatchObject({
      exploited: [{cve}],
      rating: {epss: {probability: 0.7}},
    });
  });

  it('records: changelogs are read too, and what they do not name stays named', async () => {
    await keepRecords(longAgo);
    const {openssl} = await rankOf();
    expect(openssl.cveSource).toBe('changelog');
    // Later than the records, and in the changelog alone.
    expect(openssl.cves).toEqual(expect.arrayContaining([cve, 'CVE-2026-84782']));
    expect(openssl.rating?.severityWhole).toBe(false);
    expect(openssl.missing).toContain('severity: debian is of 3 Mar 2026, 266 days old');
  });
});

describe('the same ranking again', () => {
  it('takes changelogs as they were read, and names them and the feeds that it used', async () => {
    await keepEpss(today, 0.001);
    const made = await world();
    const first = await ranked(made);
    expect(first.ranking.changelogs).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(first.ranking.feeds ?? {})).toEqual(['epss']);
    const asked = made.asked.length;
    // The mirror has forgotten them since.
    made.on('web1', 'apt.changelog', () => '@@ missing\n\n@@ end\n');
    expect((await ranked(made)).ranking).toEqual(first.ranking);
    expect(made.asked).toHaveLength(asked);
  });

  it('says nothing of a feed that could not be believed', async () => {
    await keepRecords(today);
    const directory = feedsDirectory(cacheDir);
    const data = (await readdir(directory)).find(name => name.endsWith('.gz')) ?? '';
    await writeFile(join(directory, data), 'x');
    const {ranking} = await rankOf();
    expect(ranking.feeds).toEqual({});
    expect(ranking.inputs.join()).toContain('the data of feed debian is not what its digest says');
  });

  it('names the catalogue that it used by what is in it, from wherever it came', async () => {
    await keepKev(today, cve);
    const kept = (await rankOf()).ranking.feeds;
    expect(Object.keys(kept ?? {})).toEqual(['kev']);
    const file = join(cacheDir, 'kev.json');
    const entry = {cveID: cve, dateAdded: '2026-03-01', dueDate: '2026-03-22'};
    const catalogue = {catalogVersion: '1', dateReleased: today, vulnerabilities: [entry]};
    await writeFile(file, JSON.stringify(catalogue));
    const knowledge = await loadKnowledge({file}, cacheDir, Date.parse(today));
    const made = await world();
    await prioritize(made.context, {knowledge, blocked: new Map(), now: Date.parse(today)});
    const ranking = await readDocument(
      made.context,
      made.context.state().run.ranking?.file ?? '',
      rankingSchema,
    );
    expect(ranking.feeds).toEqual(kept);
  });
});
