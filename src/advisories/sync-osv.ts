import {unlink} from 'node:fs/promises';
import type {DownloadLimits} from './cached-download.ts';
import {plainEcosystem} from './ecosystem.ts';
import {createFeedDraft, temporaryPath} from './feed-store.ts';
import {askOsv, readOsv} from './osv-api.ts';
import {fileSink, readOsvArchive} from './osv-bulk.ts';
import {streamDownload} from './stream-download.ts';
import {keepNew, keptWhole, stillKept, validatorsOf, type Synced, type SyncRequest} from './sync-kept.ts';

/** All records of a distribution, from the archive that OSV makes of them. */
export const syncOsvArchive = async (
  request: SyncRequest,
  distribution: string,
  limits: DownloadLimits,
): Promise<Synced> => {
  const {directory, progress} = request;
  const url = `${request.sources['osv-bulk']}/${encodeURIComponent(distribution)}/all.zip`;
  const name = `osv-${distribution.replaceAll(' ', '-')}`;
  const before = await keptWhole(directory, name);
  const [validators] = validatorsOf(before, url);
  const path = await temporaryPath(directory);
  const paths: string[] = [];
  try {
    const {value, validators: found} = await streamDownload(
      {
        url,
        ...(validators === undefined ? {} : {validators}),
        sink: () => {
          const next = `${path}-${paths.length}`;
          paths.push(next);
          const file = fileSink(next);
          return {write: chunk => file.write(chunk), end: async () => (await file.end(), next)};
        },
        progress: (done, total) => progress?.({unit: 'bytes', done, total}),
      },
      limits,
    );
    if (value === undefined && before !== undefined) return await stillKept(request, before);
    const draft = createFeedDraft();
    const taken = await readOsvArchive(value ?? path, {
      wanted: ecosystem => ecosystem.split(':')[0] === distribution,
      take: advisory => draft.line(JSON.stringify(advisory)),
      progress: (done, total) => progress?.({unit: 'records', done, total}),
    });
    return await keepNew(request, {name, kind: 'advisories', url, before}, draft, taken, [found]);
  } finally {
    for (const made of paths) await unlink(made).catch(() => undefined);
  }
};

/**
 * What OSV's service knows of exactly the packages and versions that are asked about. The copy says which these are: of any other it
 * knows nothing, which is not "clean". One that the service names a record for which cannot be read, or does not speak of it, counts
 * as not asked about.
 */
export const syncOsvApi = async (request: SyncRequest, limits: DownloadLimits): Promise<Synced> => {
  const {packages = [], sources, progress} = request;
  if (packages.length === 0)
    throw new Error('it needs a scan: it is asked about the packages that are installed');
  const url = sources['osv-api'];
  const ids = await askOsv(url, packages, limits, done =>
    progress?.({unit: 'packages', done, total: packages.length}),
  );
  const wanted = new Set(packages.map(({ecosystem}) => plainEcosystem(ecosystem)));
  const isWanted = (ecosystem: string): boolean =>
    wanted.has(ecosystem) || wanted.has(ecosystem.replace('Ubuntu:Pro:', 'Ubuntu:'));
  const all = new Set(ids.flat());
  const {byId, unreadable} = await readOsv(url, [...all], isWanted, limits, done =>
    progress?.({unit: 'records', done, total: all.size}),
  );
  const draft = createFeedDraft();
  for (const [at, {ecosystem, name: source, version}] of packages.entries()) {
    const isWhole = ids[at]?.every(id => byId.get(id)?.some(record => record.source === source)) ?? false;
    if (!isWhole) continue;
    draft.line(JSON.stringify({asked: {ecosystem: plainEcosystem(ecosystem), source, version}}));
  }
  const advisories = [...byId.values()].flat();
  for (const advisory of advisories) draft.line(JSON.stringify(advisory));
  const parts = {entries: advisories.length, unreadable: unreadable.size, partial: true};
  const before = await keptWhole(request.directory, 'osv-api');
  return keepNew(request, {name: 'osv-api', kind: 'advisories', url, before}, draft, parts, []);
};
