import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach} from 'vitest';
import {defaultFeedSources, feedSources} from '../../src/advisories/feed-sources.ts';
import {listFeeds, readFeed} from '../../src/advisories/feed-store.ts';
import {syncFeed} from '../../src/advisories/sync-feeds.ts';
import type {Synced, SyncRequest} from '../../src/advisories/sync-kept.ts';
import type {FeedMeta} from '../../src/model/advisory.ts';
import {startFeedServer, type FeedServer} from './feed-server.ts';

/** Patience of a test: what a feed of tens of MB may take is minutes. */
const limits = {maxBytes: 2_000_000, attemptMs: 3000, silenceMs: 400, retries: 2, pauseMs: 10};

export type FeedWorld = {
  server: FeedServer;
  /** Where feeds are kept, and a folder around it. */
  directory: string;
  folder: string;
  serve(body: string | Uint8Array, head?: Record<string, string>): void;
  sync(
    feed: string,
    over?: Partial<typeof limits> & Partial<Pick<SyncRequest, 'now' | 'packages' | 'progress'>>,
  ): Promise<Synced>;
  linesOf(meta: FeedMeta, place?: string): Promise<unknown[]>;
  /** Names of the kept feeds, with how many entries each has. */
  kept(): Promise<string[]>;
};

/** The day on which all of it happens. */
export const now = Date.parse('2023-04-01T00:00:00Z');

/** A server of feeds on loopback and an empty folder to keep them in, new for each test. */
export const feedWorld = (): FeedWorld => {
  const world = {} as FeedWorld;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'patchdeck-feeds-'));
    const server = await startFeedServer();
    const directory = join(folder, 'feeds');
    const base = new URL(server.url).origin;
    const sources = feedSources(
      Object.keys(defaultFeedSources).map(name => `${name}=${base}`),
      {},
    );
    Object.assign(world, {
      server,
      folder,
      directory,
      serve: (body, head = {}) => server.answer(response => response.writeHead(200, head).end(body)),
      sync: (feed, {packages, progress, ...over} = {}) =>
        syncFeed(
          {
            feed,
            directory,
            sources,
            now: over.now ?? now,
            ...(packages === undefined ? {} : {packages}),
            ...(progress === undefined ? {} : {progress}),
          },
          {...limits, ...over},
        ),
      linesOf: async (meta, place = directory) => {
        const found: unknown[] = [];
        await readFeed(place, meta, line => {
          found.push(meta.kind === 'epss' ? line : (JSON.parse(line) as unknown));
        });
        return found;
      },
      kept: async () => (await listFeeds(directory)).feeds.map(feed => `${feed.name} ${feed.entries}`),
    } satisfies FeedWorld);
  });
  afterEach(async () => {
    await world.server.close();
    await rm(world.folder, {recursive: true, force: true});
  });
  return world;
};
