import {join} from 'node:path';
import {z} from 'zod';
import {openJournal, type Journal, type JournalOptions} from '../../src/store/journal.ts';
import {inFolder} from './example-run.ts';

/** A journal of numbers. */
export const countSchema = z.object({type: z.literal('count'), data: z.object({n: z.int()})});
type Count = z.infer<typeof countSchema>;

export const openCounts = (
  path: string,
  options: Partial<JournalOptions<Count>> = {},
): Promise<Journal<Count>> =>
  openJournal({path, schema: countSchema, version: 1, mode: 'write', now: () => 0, ...options});

export const count = (n: number): Count => ({type: 'count', data: {n}});

export const numbers = (journal: Journal<Count>): number[] => journal.events.map(event => event.data.n);

/** Writes these numbers into a journal and closes it. */
export const writeCounts = async (path: string, amount: number): Promise<void> => {
  const journal = await openCounts(path);
  for (let n = 1; n <= amount; n++) await journal.append(count(n), 'test');
  await journal.close();
};

/** What a journal holds, read without changing it. */
export const readCounts = async (path: string): Promise<number[]> =>
  numbers(await openCounts(path, {mode: 'read'}));

/** Works with the path of a journal in a folder of its own, which is gone afterwards. */
export const inJournal = (work: (path: string) => Promise<void>): Promise<void> =>
  inFolder(folder => work(join(folder, 'journal.jsonl')));
