import {cleanLine} from '../model/clean.ts';

/** A URL without what could be a secret: user, password and query. */
export const placeOf = ({file, url}: {file?: string; url?: string}): string => {
  if (file !== undefined) return cleanLine(file);
  if (url === undefined || !URL.canParse(url)) return cleanLine(url ?? 'nowhere');
  const {protocol, host, pathname} = new URL(url);
  return cleanLine(`${protocol}//${host}${pathname}`);
};

/** Throws for anything but http and https. */
export const requireHttp = (url: string): void => {
  const isHttp = URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);
  if (!isHttp) throw new Error('it is not a URL that begins with http:// or https://');
};

/** `3 h ago`, `12 days ago`. Both in milliseconds since 1970. */
export const ageOf = (since: number, now: number): string => {
  const hours = (now - since) / 3_600_000;
  if (hours < -1) return 'in the future, by this clock';
  if (hours < 1) return 'within the last hour';
  return hours < 48 ? `${Math.round(hours)} h ago` : `${Math.round(hours / 24)} days ago`;
};
