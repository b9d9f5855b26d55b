import {join} from 'node:path';
import {Option, type Command} from 'commander';
import {z} from 'zod';
import type {SyncStep} from '../src/advisories/sync-kept.ts';
import type {FeedMeta} from '../src/model/advisory.ts';
import {cleanLine} from '../src/model/clean.ts';
import {PatchdeckError} from '../src/model/error.ts';
import {exitCodes} from './exit-code.ts';
import {check, readFlags, repeated, withFlags, type Flags} from './flags.ts';
import {createOutput, type Output, type Result} from './output.ts';
import {kevOf} from './session.ts';
import {table} from './table.ts';

const ownFlags = z.object({feedUrl: z.array(z.string()).default([])});
/** What `sync` fetches when nothing is named: what a fleet of Debian hosts needs. */
const usualFeeds = ['kev', 'epss', 'debian'];
/** Progress is said this often, in milliseconds. */
const sayEveryMs = 2000;
const feedNames = 'kev, epss, debian, osv:Debian, osv:Ubuntu, alpine:v3.20, osv-api';

export const addFeeds = (program: Command): void => {
  withFlags(program.command('feeds'))
    .argument('[action]', 'status (default), sync, export or import')
    .argument(
      '[what...]',
      `sync: feeds (${feedNames}; default ${usualFeeds.join(', ')}); export, import: a file`,
    )
    .description(
      'what patchdeck knows of vulnerabilities, and how old that is; fetch it, or carry it behind an air gap',
    )
    .addOption(
      new Option(
        '--feed-url <name=url>',
        'another source, as epss=https://mirror/epss.csv.gz; may be repeated',
      ).argParser(repeated),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  patchdeck feeds sync\n  patchdeck feeds export feeds.bundle\n  patchdeck feeds import feeds.bundle\n',
    )
    .action(async (action: string | undefined, what: string[], raw: unknown) => {
      const output = createOutput((raw as {json?: boolean}).json === true);
      try {
        const flags = readFlags(raw);
        const directory = join(flags.cacheDir, 'feeds');
        const result = await act(action ?? 'status', what, {flags, directory, output, raw});
        output.result('feeds', result);
        process.exitCode = result.exit;
      } catch (error) {
        process.exitCode = output.error('feeds', error);
      }
    });
};

type With = {flags: Flags; directory: string; output: Output; raw: unknown};

const act = async (action: string, what: string[], given: With): Promise<Result> => {
  switch (action) {
    case 'status':
      return status(given);
    case 'sync':
      return sync(what, given);
    case 'export': {
      const {exportFeeds} = await import('../src/advisories/feed-bundle.ts');
      const {feeds, digest, bytes} = await exportFeeds(given.directory, oneFile(what), Date.now());
      return carried(`${feeds.length} feeds exported, ${megabytes(bytes)}, sha256 ${digest}`, feeds, digest);
    }
    case 'import': {
      const {importFeeds} = await import('../src/advisories/feed-bundle.ts');
      const {feeds, older, digest} = await importFeeds(given.directory, oneFile(what));
      const left =
        older.length === 0 ? '' : `; ${older.map(({name}) => name).join(', ')} older than what is kept, left`;
      return carried(`${feeds.length} feeds imported${left}, sha256 ${digest}`, feeds, digest);
    }
    default:
      throw new PatchdeckError(
        'input',
        'feeds.action',
        `"${cleanLine(action, 40)}" is nothing that can be done with feeds; nothing was done`,
        'say status, sync, export FILE or import FILE',
      );
  }
};

const status = async ({flags, directory, output}: With): Promise<Result> => {
  const {wholeFeeds} = await import('../src/advisories/feed-store.ts');
  const {loadKev} = await import('../src/advisories/kev.ts');
  const {loadKevFeed} = await import('../src/advisories/kev-feed.ts');
  const {ageOf} = await import('../src/advisories/place-words.ts');
  const now = Date.now();
  const {feeds, damaged} = await wholeFeeds(directory);
  const kept = feeds.find(feed => feed.kind === 'kev');
  const kev =
    flags.kev === undefined && kept !== undefined
      ? await loadKevFeed(directory, kept, now)
      : await loadKev(kevOf(flags.kev), flags.cacheDir, now);
  if (feeds.length > 0) {
    output.print(
      table(
        ['feed', 'entries', 'data of', 'asked', 'size', 'digest', 'from'],
        feeds.map(feed => [
          feed.name,
          feed.entries.toLocaleString('en'),
          feed.released === undefined ? 'unknown' : feed.released.slice(0, 10),
          ageOf(Date.parse(feed.asked), now),
          megabytes(feed.bytes),
          feed.digest.slice(0, 12),
          feed.source,
        ]),
      ),
    );
  }
  const known = 'entries' in kev;
  const summary = known ? kev.input : kev.missing;
  const next =
    'name a file or a URL with --kev, or in PATCHDECK_KEV; or fetch it with `patchdeck feeds sync`';
  return {
    exit: known && damaged.length === 0 ? exitCodes.done : exitCodes.hosts,
    summary,
    kev: {known, entries: known ? kev.entries.size : 0},
    feeds: feeds.map(described),
    problems: [
      ...(known ? [] : [{code: 'feed.missing', what: summary, next}]),
      ...damaged.map(text => ({code: 'feed.damaged', what: text, next: 'run `patchdeck feeds sync`'})),
    ],
  };
};

const sync = async (what: string[], {flags, directory, output, raw}: With): Promise<Result> => {
  const {feedSources} = await import('../src/advisories/feed-sources.ts');
  const {syncFeed} = await import('../src/advisories/sync-feeds.ts');
  const sources = feedSources(check(ownFlags, raw).feedUrl, process.env);
  const feeds: FeedMeta[] = [];
  const problems: Result['problems'] = [];
  for (const feed of what.length === 0 ? usualFeeds : what) {
    const started = Date.now();
    let told = started;
    try {
      const packages = feed === 'osv-api' ? await packagesOfRun(flags) : [];
      const {meta, unchanged} = await syncFeed({
        feed,
        directory,
        sources,
        now: started,
        packages,
        progress: step => {
          if (Date.now() - told < sayEveryMs) return;
          told = Date.now();
          output.say(`  ${cleanLine(feed, 40)}: ${stepWords(step)}`);
        },
      });
      feeds.push(meta);
      const took = ((Date.now() - started) / 1000).toFixed(1);
      const count = unchanged ? 'nothing newer' : `${meta.entries.toLocaleString('en')} entries`;
      const unread = meta.unreadable === 0 ? '' : `, ${meta.unreadable} could not be read`;
      output.say(`  ok ${meta.name}: ${count}${unread}, ${took} s`);
    } catch (error) {
      const why = cleanLine(error instanceof Error ? error.message : String(error), 200);
      problems.push({
        code: 'feed.failed',
        what: `${cleanLine(feed, 40)} could not be fetched: ${why}; what was kept of it is as it was`,
        next: 'try again later, name another source with --feed-url, or import a bundle',
      });
    }
  }
  return {
    exit: problems.length === 0 ? exitCodes.done : exitCodes.hosts,
    summary: `${feeds.length} feeds are up to date, ${problems.length} failed`,
    feeds: feeds.map(described),
    problems,
  };
};

/** What is installed in the open run, each source package and version once: only this goes to the service, no name of a host. */
const packagesOfRun = async (flags: Flags): Promise<{ecosystem: string; name: string; version: string}[]> => {
  const {installedInRun} = await import('./installed-in-run.ts');
  return installedInRun(flags);
};

const carried = (summary: string, feeds: readonly FeedMeta[], digest: string): Result => ({
  exit: exitCodes.done,
  summary,
  digest,
  feeds: feeds.map(described),
  problems: [],
});

const oneFile = (what: readonly string[]): string => {
  const [file] = what;
  if (file !== undefined && what.length === 1) return file;
  throw new PatchdeckError(
    'input',
    'feeds.file',
    'exactly one file has to be named; nothing was done',
    'write `patchdeck feeds export FILE` or `patchdeck feeds import FILE`',
  );
};

const described = ({name, digest, entries, unreadable, asked, released, source}: FeedMeta): object => ({
  name,
  digest,
  entries,
  unreadable,
  asked,
  released,
  source,
});

const stepWords = ({unit, done, total}: SyncStep): string => {
  const words = (n: number): string => (unit === 'bytes' ? megabytes(n) : n.toLocaleString('en'));
  return `${words(done)}${total === undefined ? '' : ` of ${words(total)}`}${unit === 'bytes' ? '' : ` ${unit}`}`;
};

const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
