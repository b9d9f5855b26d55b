import {hasCode} from '../../src/model/error.ts';
import type {Body, Event} from '../../src/record/event.ts';
import {Fold} from '../../src/record/fold.ts';

/** Bodies as the events of a journal, one second apart. */
export const eventsOf = (bodies: readonly Body[]): Event[] =>
  bodies.map((body, at) => ({
    v: 1,
    seq: at + 1,
    prevHash: '0'.repeat(64),
    ts: new Date(Date.UTC(2026, 10, 24, 2, 33, at)).toISOString(),
    actor: 'operator ana',
    ...body,
  }));

/** Folds the events that can follow those before them, and leaves out the others. */
export const foldPossible = (bodies: readonly Body[]): Fold => {
  const fold = new Fold();
  for (const event of eventsOf(bodies)) {
    try {
      fold.apply(event);
    } catch (error) {
      if (!hasCode(error, 'journal.contradiction')) throw error;
    }
  }
  return fold;
};
