/** What concerns every host at once: a disk that is gone, a console that closes. No host is begun after it. */
export type Breakage = {
  readonly happened: boolean;
  /** Resolves at the first. */
  readonly first: Promise<undefined>;
  readonly add: (error: unknown) => void;
  /** Throws the first, if any: to be called once the hosts at work are through, as whoever catches it may close the store under them. */
  rethrow(): void;
};

export const createBreakage = (): Breakage => {
  const errors: unknown[] = [];
  const {promise, resolve} = Promise.withResolvers<undefined>();
  return {
    get happened() {
      return errors.length > 0;
    },
    first: promise,
    add: error => {
      errors.push(error);
      resolve(undefined);
    },
    rethrow: () => {
      if (errors.length > 0) throw errors[0];
    },
  };
};
