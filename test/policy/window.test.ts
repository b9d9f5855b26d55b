import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isOpen, openingWords, type Opening, type Window} from '../../src/model/window.ts';
import {nextOpening} from '../../src/policy/next-opening.ts';
import {parsePolicy} from '../../src/policy/parse-policy.ts';

const windowsOf = (yaml: string): Window[] =>
  parsePolicy(`policy: p\nwindow: ${yaml}\n`, 'p.yaml').window ?? [];
const next = (yaml: string, now: string): string => {
  const {opens, closes} = nextOpening(windowsOf(yaml), Date.parse(now)) ?? {opens: '', closes: ''};
  return `${opens.slice(0, 16)}/${closes.slice(0, 16)}`;
};

describe('the next window', () => {
  it.each([
    [
      'in the days to come',
      'Sunday 02:00-05:00 Europe/Berlin',
      '2026-11-24T03:00Z',
      '2026-11-29T01:00/2026-11-29T04:00',
    ],
    ['open now', 'Tue 02:00-05:00 Europe/Berlin', '2026-11-24T03:00Z', '2026-11-24T01:00/2026-11-24T04:00'],
    [
      'a week later when it is over',
      'Tue 02:00-04:00 Europe/Berlin',
      '2026-11-24T03:00Z',
      '2026-12-01T01:00/2026-12-01T03:00',
    ],
    ['over midnight', 'Mon-Fri 22:00-04:00 UTC', '2026-11-28T03:00Z', '2026-11-27T22:00/2026-11-28T04:00'],
    [
      'over the end of the week',
      'fri-MON 23:30-00:30 utc',
      '2026-11-26T00:00Z',
      '2026-11-27T23:30/2026-11-28T00:30',
    ],
    [
      'on the day it is in its zone',
      'Wed 01:00-02:00 Pacific/Auckland',
      '2026-11-24T03:00Z',
      '2026-11-24T12:00/2026-11-24T13:00',
    ],
    [
      'every day',
      'daily 02:00-03:00 Asia/Kathmandu',
      '2026-11-24T03:00Z',
      '2026-11-24T20:15/2026-11-24T21:15',
    ],
    [
      'the first of several',
      '["Sat,Sun 02:00-05:00 UTC", "Thu 20:00-23:00 UTC"]',
      '2026-11-24T03:00Z',
      '2026-11-26T20:00/2026-11-26T23:00',
    ],
    [
      'of two that are open the one that closes last',
      '["Tue 02:00-04:00 UTC", "Tue 01:00-09:00 UTC"]',
      '2026-11-24T03:00Z',
      '2026-11-24T01:00/2026-11-24T09:00',
    ],
    // Clocks go from 02:00 to 03:00, and back from 03:00 to 02:00.
    [
      'shorter as clocks are put forward',
      'Sunday 02:00-05:00 Europe/Berlin',
      '2026-03-28T12:00Z',
      '2026-03-29T01:00/2026-03-29T03:00',
    ],
    [
      'longer as they are put back',
      'Sunday 02:00-05:00 Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-25T00:00/2026-10-25T04:00',
    ],
    [
      'a week later where they leave it out',
      'Sunday 02:30-03:30 America/New_York',
      '2026-03-08T04:00Z',
      '2026-03-15T06:30/2026-03-15T07:30',
    ],
  ])('%s', (_, yaml, now, times) => {
    expect(next(yaml, now)).toBe(times);
  });

  it('opens and closes when the clocks of its zone say so, whatever the day and the zone', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'UTC',
    ];
    const from2020 = fc.integer({min: Date.parse('2020-01-01'), max: Date.parse('2035-01-01')});
    fc.assert(
      fc.property(fc.constantFrom(...zones), from2020, (zone, now) => {
        const [window] = windowsOf(`Mon,Thu 05:00-07:30 ${zone}`);
        const found = nextOpening(window === undefined ? [] : [window], now);
        const clock = (at: string | undefined): string =>
          new Intl.DateTimeFormat('en-GB', {
            timeZone: zone,
            weekday: 'short',
            hour: '2-digit',
            minute: '2-digit',
          }).format(Date.parse(at ?? ''));
        expect(clock(found?.opens)).toMatch(/^(Mon|Thu),? 05:00$/);
        expect(clock(found?.closes)).toMatch(/^(Mon|Thu),? 07:30$/);
        expect(Date.parse(found?.closes ?? '')).toBeGreaterThan(now);
        // Never one that lies further away than the next of these days, or two of where a day of the calendar was left out.
        expect(Date.parse(found?.opens ?? '') - now).toBeLessThan(5 * 86_400_000);
      }),
    );
  });
});

describe('a countdown', () => {
  const opening: Opening = {text: 'T', opens: '2026-11-29T01:00:00.000Z', closes: '2026-11-29T04:00:00.000Z'};
  it.each([
    ['2026-11-24T03:00:00Z', 'the window opens in 4 d 22 h (T)', false],
    ['2026-11-28T22:15:00Z', 'the window opens in 2 h 45 min (T)', false],
    ['2026-11-29T00:59:01Z', 'the window opens in 1 min (T)', false],
    ['2026-11-29T01:00:00Z', 'the window is open for another 3 h (T)', true],
    ['2026-11-29T04:00:00Z', 'the window is over (T)', false],
  ])('at %s: %s', (at, words, open) => {
    expect(openingWords(opening, Date.parse(at))).toBe(words);
    expect(isOpen(opening, Date.parse(at))).toBe(open);
  });
});

describe('a window that cannot be read', () => {
  it.each([
    // As policies had it while it was for people alone.
    ['Sunday 02:00-05:00', 'the time zone has to be said, as "Sunday 02:00-05:00 Europe/Berlin"'],
    ['Sunday nights', 'a window, as "Sunday 02:00-05:00 Europe/Berlin"'],
    ['Funday 02:00-05:00 UTC', 'it begins with days of the week, as "Sat,Sun", "Mon-Fri" or "daily"'],
    ['Mon- 02:00-05:00 UTC', 'it begins with days of the week'],
    ['Sun 02:00-05:00 Mars/Olympus', 'its time zone is none; one is named as "Europe/Berlin" or "UTC"'],
    ['Sun 25:00-26:00 UTC', 'a window, as'],
    ['Sun 02:00-02:00 UTC', 'it has to close at another time than it opens'],
    ['[Sun 02:00-03:00 UTC, never]', '"window.1" cannot be "never"; a window, as'],
    ['7', 'a window, as "Sunday 02:00-05:00 Europe/Berlin", or a list of them'],
  ])('%s: %s', (yaml, why) => {
    expect(() => windowsOf(yaml)).toThrow(why);
    expect(() => windowsOf(yaml)).toThrow(/p\.yaml:2:/);
  });

  it('is missing where nothing may be planned outside of it', () => {
    expect(() => parsePolicy('policy: p\noutsideWindow: refuse\n', 'p.yaml')).toThrow(
      'p.yaml:2:16: "outsideWindow" cannot be "refuse"; it needs a "window"',
    );
  });
});
