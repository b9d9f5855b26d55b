/** Numbers between 0 and 1 that come the same for the same seed (mulberry32). */
export type Random = () => number;

export const seededRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** `digits` hex digits. */
export const hex = (random: Random, digits: number): string =>
  Array.from({length: digits}, () => Math.floor(random() * 16).toString(16)).join('');

/** A version 4 UUID, as /proc/sys/kernel/random/boot_id has it. */
export const uuid = (random: Random): string =>
  [hex(random, 8), hex(random, 4), `4${hex(random, 3)}`, `a${hex(random, 3)}`, hex(random, 12)].join('-');
