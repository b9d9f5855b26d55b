import {orAbort} from './abort.ts';

/** Something open that several share: opened for the first who needs it, closed after the last, forgotten when it is gone. */
export type Lending<Need, Thing> = {
  /** Rejects with what opening rejects with, or with the signal's reason. `release` may be called twice. */
  borrow(
    need: Need,
    open: (signal: AbortSignal) => Promise<Thing>,
    signal: AbortSignal,
  ): Promise<{thing: Thing; release: () => void}>;
};

type Shelf<Thing> = {users: number; controller: AbortController; thing: Promise<Thing>};

export const createLending = <Need, Thing>(world: {
  key: (need: Need) => string;
  /** Calls when the thing is gone. */
  onGone: (thing: Thing, gone: () => void) => void;
  close: (thing: Thing) => void;
}): Lending<Need, Thing> => {
  const shelves = new Map<string, Shelf<Thing>>();
  const forget = (key: string, shelf: Shelf<Thing>): void => {
    if (shelves.get(key) === shelf) shelves.delete(key);
  };
  const enter = (key: string, open: (signal: AbortSignal) => Promise<Thing>): Shelf<Thing> => {
    const old = shelves.get(key);
    if (old !== undefined) {
      old.users += 1;
      return old;
    }
    const controller = new AbortController();
    const shelf: Shelf<Thing> = {users: 1, controller, thing: open(controller.signal)};
    const gone = (): void => forget(key, shelf);
    shelf.thing.then(thing => world.onGone(thing, gone), gone);
    shelves.set(key, shelf);
    return shelf;
  };
  const leave = (key: string, shelf: Shelf<Thing>): void => {
    shelf.users -= 1;
    if (shelf.users > 0) return;
    forget(key, shelf);
    shelf.controller.abort(new Error('nobody needs it any more'));
    shelf.thing.then(world.close, () => undefined);
  };
  return {
    borrow: async (need, open, signal) => {
      const key = world.key(need);
      const shelf = enter(key, open);
      let released = false;
      const release = (): void => {
        if (!released) leave(key, shelf);
        released = true;
      };
      try {
        return {thing: await orAbort(shelf.thing, signal), release};
      } catch (error) {
        release();
        throw error;
      }
    },
  };
};
