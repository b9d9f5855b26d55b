/** A day of the calendar. */
export type Day = {year: number; month: number; day: number};

export type WallTime = {
  /** The day it is in the zone at an instant. */
  dayAt: (instant: number) => Day;
  /**
   * The instant at which the clocks of the zone show this many minutes after midnight. A time that is there twice, as clocks are put back,
   * means the first; one that is left out means as long after the clocks were put forward.
   */
  instantOf: (day: Day, minutes: number) => number;
};

/** Clocks of a time zone. Instants are milliseconds since 1970. */
export const wallTime = (zone: string): WallTime => {
  const clock = clockOf(zone);
  const shownAt = (instant: number): ((part: string) => number) => {
    const parts = new Map(
      clock.formatToParts(instant).map(({type, value}) => [type as string, Number(value)]),
    );
    return part => parts.get(part) ?? 0;
  };
  /** What the clocks show, taken for UTC, less the instant. */
  const offsetAt = (instant: number): number => {
    const of = shownAt(instant);
    const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return shown - Math.floor(instant / 1000) * 1000;
  };
  return {
    dayAt: instant => {
      const of = shownAt(instant);
      return {year: of('year'), month: of('month'), day: of('day')};
    },
    instantOf: ({year, month, day}, minutes) => {
      const shown = Date.UTC(year, month - 1, day, 0, minutes);
      // Clocks are changed at most once in two days.
      const before = shown - offsetAt(shown - dayMs);
      const after = shown - offsetAt(shown + dayMs);
      const fits = [before, after].filter(instant => instant + offsetAt(instant) === shown);
      return fits.length === 0 ? before : Math.min(...fits);
    },
  };
};

const dayMs = 86_400_000;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one takes a millisecond. */
const clockOf = (zone: string): Intl.DateTimeFormat => {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  clocks.set(zone, made);
  return made;
};
