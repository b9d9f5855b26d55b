import type {Opening, Window} from '../model/window.ts';
import {wallTime, type Day} from './wall-time.ts';

/** The opening that lasts at `now` (milliseconds since 1970), of several the one that closes last; else the next one. */
export const nextOpening = (windows: readonly Window[], now: number): Opening | undefined => {
  const openings = windows.flatMap(window => openingsOf(window, now)).filter(({closes}) => closes > now);
  const lasting = openings.filter(({opens}) => opens <= now).sort((a, b) => b.closes - a.closes);
  const [found] = lasting.length > 0 ? lasting : openings.sort((a, b) => a.opens - b.opens);
  if (found === undefined) return undefined;
  const {text, opens, closes} = found;
  return {text, opens: new Date(opens).toISOString(), closes: new Date(closes).toISOString()};
};

type Time = {text: string; opens: number; closes: number};

/** Those of the days around: yesterday's may still be open, and the clocks may leave out one week's. */
const openingsOf = ({text, days, from, to, zone}: Window, now: number): Time[] => {
  const {dayAt, instantOf} = wallTime(zone);
  const today = dayAt(now);
  return (
    Array.from({length: 16}, (_, i) => addDays(today, i - 1))
      .filter(day => days.includes(weekdayOf(day)))
      .map(day => ({
        text,
        opens: instantOf(day, from),
        closes: instantOf(to > from ? day : addDays(day, 1), to),
      }))
      // Clocks that are put forward may leave nothing of a short one.
      .filter(({opens, closes}) => closes > opens)
  );
};

const addDays = ({year, month, day}: Day, n: number): Day => {
  const date = new Date(Date.UTC(year, month - 1, day + n));
  return {year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate()};
};

const weekdayOf = ({year, month, day}: Day): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay();
