import {PatchdeckError} from '../model/error.ts';
import type {Event} from './event.ts';

/** An event that cannot follow the ones before it. */
export const contradiction = (event: Event, what: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'journal.contradiction',
    `event ${event.seq} (${event.type}) contradicts the journal: ${what}; nothing after it was believed`,
    'keep the run directory as it is and start a new run',
  );
