import {PatchdeckError} from '../model/error.ts';
import {cleanLine} from '../model/clean.ts';

/** Where feeds come from, each a setting: a company may have a mirror of its own. Paths of the originals stay below a base. */
export const defaultFeedSources = {
  kev: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  epss: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  debian: 'https://security-tracker.debian.org/tracker/data/json',
  'osv-bulk': 'https://storage.googleapis.com/osv-vulnerabilities',
  'osv-api': 'https://api.osv.dev',
  alpine: 'https://secdb.alpinelinux.org',
};
export type FeedSourceName = keyof typeof defaultFeedSources;
export type FeedSources = Record<FeedSourceName, string>;

const names = Object.keys(defaultFeedSources);
const isName = (name: string): name is FeedSourceName => names.includes(name);

/**
 * The sources: the defaults, then `PATCHDECK_FEED_EPSS` and the like of the environment, then `NAME=URL` settings. Throws
 * `feeds.source` for a name or URL that cannot be meant.
 */
export const feedSources = (
  settings: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): FeedSources => {
  const sources = {...defaultFeedSources};
  for (const name of names.filter(isName)) {
    const value = environment[`PATCHDECK_FEED_${name.replace('-', '_').toUpperCase()}`];
    if (value !== undefined && value !== '') sources[name] = checked(`${name}=${value}`)[1];
  }
  for (const setting of settings) {
    const [name, url] = checked(setting);
    sources[name] = url;
  }
  return sources;
};

const checked = (setting: string): [FeedSourceName, string] => {
  const at = setting.indexOf('=');
  const [name, url] = [setting.slice(0, at), setting.slice(at + 1)];
  const isHttp = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (isName(name) && isHttp) return [name, url.replace(/\/+$/, '')];
  throw new PatchdeckError(
    'input',
    'feeds.source',
    `"${cleanLine(setting, 100)}" names no source of a feed; nothing was done`,
    `write NAME=URL with one of ${names.join(', ')} and an http or https URL`,
  );
};
