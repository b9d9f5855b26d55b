import type {Event} from '../record/event.ts';
import type {Changed} from '../record/state.ts';
import type {EngineChange} from './interface.ts';

/** Longest time that a change waits to be shown, in milliseconds: a slow link is not flooded. */
const batchMs = 100;

/** Gathers changes into batches for whoever watches an engine. */
export type Feed = {
  event(event: Event, changed: Changed): void;
  mark(what: 'signals' | 'questions' | 'engine'): void;
  subscribe(listener: (change: EngineChange) => void): () => void;
  /** Hands out what waits now. */
  flush(): void;
};

type Pending = {
  run: boolean;
  hosts: Set<string>;
  signals: boolean;
  questions: boolean;
  engine: boolean;
  events: Event[];
};

const nothing = (): Pending => ({
  run: false,
  hosts: new Set(),
  signals: false,
  questions: false,
  engine: false,
  events: [],
});

export const createFeed = (): Feed => {
  const listeners = new Set<(change: EngineChange) => void>();
  let pending = nothing();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const {hosts, ...rest} = pending;
    pending = nothing();
    for (const listener of [...listeners]) listener({...rest, hosts: [...hosts]});
  };
  const soon = (): void => {
    timer ??= setTimeout(flush, batchMs);
  };
  return {
    event: (event, changed) => {
      pending.events.push(event);
      pending.run ||= changed.run;
      for (const host of changed.hosts) pending.hosts.add(host);
      soon();
    },
    mark: what => {
      pending[what] = true;
      soon();
    },
    subscribe: listener => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    flush,
  };
};
