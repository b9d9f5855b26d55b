/** `now`, `40 s`, `3 min`, `5 h`, `2 d`: how old something is. '?' for a time that cannot be read. */
export const ageOf = (iso: string | undefined, now: number): string => {
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) return '?';
  const seconds = Math.max(0, Math.floor((now - at) / 1000));
  if (seconds < 10) return 'now';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
};

/** `just now`, `3 min ago`. */
export const ago = (iso: string | undefined, now: number): string => {
  const age = ageOf(iso, now);
  if (age === '?') return 'at an unknown time';
  return age === 'now' ? 'just now' : `${age} ago`;
};

/** `1:12`, `1:02:03`: a duration in milliseconds, to the second. */
export const elapsed = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = String(seconds % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
};

/** `04:12 CET`: always with its zone, the operator's unless another is named. */
export const clockTime = (at: number, zone?: string): string => {
  try {
    return formatter(zone).format(at);
  } catch {
    return `${new Date(at).toISOString().slice(11, 16)} UTC`;
  }
};

/** Times in a sentence of the engine, as the operator's clock says them. */
export const localTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, iso => clockTime(Date.parse(iso)));

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatter = (zone: string | undefined): Intl.DateTimeFormat => {
  const known = formatters.get(zone ?? '');
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(zone === undefined ? {} : {timeZone: zone}),
  });
  formatters.set(zone ?? '', made);
  return made;
};
