import {z} from 'zod';

/** `Sunday 02:00-05:00 Europe/Berlin`, read. */
export type Window = {
  text: string;
  /** On which days of the week it opens; Sunday is 0. */
  days: number[];
  /** Minutes from midnight by the clocks of the zone; one that closes earlier than it opens closes on the next day. */
  from: number;
  to: number;
  zone: string;
};

/** A time during which it is open; `opens` and `closes` are ISO 8601. */
export const openingSchema = z.object({text: z.string(), opens: z.iso.datetime(), closes: z.iso.datetime()});
export type Opening = z.infer<typeof openingSchema>;

const example = '"Sunday 02:00-05:00 Europe/Berlin"';
const textSchema = z.string().max(200);

/** One window, or a list of them. */
export const windowsSchema = z
  .union([textSchema, z.array(textSchema).min(1).max(20)], {
    error: `a window, as ${example}, or a list of them`,
  })
  .transform((given, context): Window[] =>
    [given].flat().flatMap((text, at) => {
      const window = parseWindow(text);
      if (!('wrong' in window)) return [window];
      context.addIssue({code: 'custom', message: window.wrong, path: typeof given === 'string' ? [] : [at]});
      return [];
    }),
  );

export const isOpen = ({opens, closes}: Opening, now: number): boolean =>
  Date.parse(opens) <= now && now < Date.parse(closes);

/** `the window opens in 4 d 22 h (Sunday 02:00-05:00 Europe/Berlin)`: a countdown to it, or to its end. */
export const openingWords = (opening: Opening, now: number): string => {
  const [opens, closes] = [Date.parse(opening.opens), Date.parse(opening.closes)];
  if (now < opens) return `the window opens in ${durationWords(opens - now)} (${opening.text})`;
  return now < closes
    ? `the window is open for another ${durationWords(closes - now)} (${opening.text})`
    : `the window is over (${opening.text})`;
};

/** Reads a window, or says what is wrong with it. Days are names, ranges or lists of them (`Mon-Fri`, `Sat,Sun`), or `daily`. */
const parseWindow = (text: string): Window | {wrong: string} => {
  const [, on, from, to, place] =
    /^(\S+) ((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)(?: (\S+))?$/.exec(text.trim()) ?? [];
  if (on === undefined || from === undefined || to === undefined) return {wrong: `a window, as ${example}`};
  const days = daysOf(on.toLowerCase());
  if (days === undefined)
    return {wrong: 'it begins with days of the week, as "Sat,Sun", "Mon-Fri" or "daily"'};
  if (place === undefined) return {wrong: `the time zone has to be said, as ${example}`};
  const zone = zoneOf(place);
  if (zone === undefined) return {wrong: 'its time zone is none; one is named as "Europe/Berlin" or "UTC"'};
  if (from === to) return {wrong: 'it has to close at another time than it opens'};
  return {text: text.trim(), days, from: minutesOf(from), to: minutesOf(to), zone};
};

const names = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const daysOf = (text: string): number[] | undefined => {
  if (text === 'daily') return [0, 1, 2, 3, 4, 5, 6];
  const found = text.split(',').map(part => {
    const [first, last, ...more] = part.split('-').map(dayNumber);
    if (first === undefined || more.length > 0) return undefined;
    if (!part.includes('-')) return [first];
    if (last === undefined) return undefined;
    return Array.from({length: ((last - first + 7) % 7) + 1}, (_, i) => (first + i) % 7);
  });
  return found.includes(undefined) ? undefined : [...new Set(found.flatMap(days => days ?? []))].sort();
};

/** `sun`, `sunday`. */
const dayNumber = (text: string): number | undefined => {
  const at = names.findIndex(name => name === text || (text.length === 3 && name.startsWith(text)));
  return at === -1 ? undefined : at;
};

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

const zoneOf = (name: string): string | undefined => {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: name}).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
};

/** `4 d 22 h`, `3 h 10 min`, `12 min`; never less than it is. */
const durationWords = (ms: number): string => {
  const minutes = Math.ceil(ms / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
};
