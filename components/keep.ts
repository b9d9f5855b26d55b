/** Keeps the last value made: it is made anew only when one of what it was made from is another. */
export const keep = <T>(): ((from: readonly unknown[], make: () => T) => T) => {
  let last: {from: readonly unknown[]; value: T} | undefined;
  return (from, make) => {
    if (last?.from.length === from.length && last.from.every((item, i) => Object.is(item, from[i]))) {
      return last.value;
    }
    last = {from, value: make()};
    return last.value;
  };
};
