import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {z} from 'zod';
import {startFeedServer, type FeedServer} from '../advisories/feed-server.ts';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {jsonLines, makePlace, resultOf, type Place} from './program.ts';

const madeSchema = z.looseObject({
  exit: z.literal(0),
  decisionDigest: z.string(),
  decision: z.looseObject({feeds: z.record(z.string(), z.string()), scans: z.record(z.string(), z.string())}),
  plan: z.looseObject({digest: z.string(), hosts: z.literal(2)}),
});

let here: Place;
let there: Place;
let fleet: FaultyFleet;
let feed: FeedServer;
beforeAll(async () => {
  [here, there] = await Promise.all([makePlace(), makePlace()]);
  fleet = await startFaultyFleet(here, ['api1', 'api2'], {canaries: ['api1']});
  feed = await startFeedServer();
  const fixed = {bookworm: {status: 'resolved', fixed_version: '3.0.22-1~deb12u2', urgency: 'high'}};
  feed.answer(response => response.end(JSON.stringify({openssl: {'CVE-2025-9230': {releases: fixed}}})));
});
afterAll(async () => {
  await fleet.close();
  await feed.close();
  await Promise.all([here.remove(), there.remove()]);
});

it('the same scans, feeds, policy and time give the same plan and digest in two state directories', async () => {
  const [run, bundle] = [join(here.folder, 'run.patchdeck'), join(here.folder, 'feeds.bundle')];
  const policy = join(here.folder, 'policy.yaml');
  await writeFile(policy, 'policy: p\nselect: {packages: [openssl]}\nactNow: {severity: high}\n');
  const good = async (place: Place, ...args: string[]): Promise<void> => {
    const ended = await place.run(...args);
    expect(ended.exit, ended.stderr).toBe(0);
  };
  await mkdir(join(here.folder, 'cache'), {recursive: true});
  await good(here, 'feeds', 'sync', 'debian', '--feed-url', `debian=${feed.url}`);
  await good(here, 'feeds', 'export', bundle);
  await good(here, 'scan', ...fleet.reach);
  await good(here, 'runs', 'export', run);

  const planIn = async (place: Place, time: string): Promise<z.infer<typeof madeSchema>> => {
    const args = ['plan', '--policy', policy, '--now', time, '--json', ...fleet.reach];
    const ended = await place.run(...args);
    expect(resultOf(ended).problems).toEqual([]);
    return madeSchema.parse(jsonLines(ended).at(-1));
  };
  const first = await planIn(here, '2026-11-24T03:00:00Z');
  await good(there, 'feeds', 'import', bundle);
  await good(there, 'runs', 'import', run, '--operator', 'tester');
  const second = await planIn(there, '2026-11-24T03:00:00Z');
  expect(Object.keys(first.decision.feeds)).toEqual(['debian']);
  expect(Object.keys(first.decision.scans)).toEqual(['api1', 'api2']);
  expect(second.decisionDigest).toBe(first.decisionDigest);
  expect(second.plan.digest).toBe(first.plan.digest);
  // Another time is another decision, of the same plan.
  const later = await planIn(there, '2026-11-25T03:00:00Z');
  expect(later.decisionDigest).not.toBe(first.decisionDigest);
  expect(later.plan.digest).toBe(first.plan.digest);
}, 90_000);
