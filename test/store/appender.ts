import {hasCode, PatchdeckError} from '../../src/model/error.ts';
import {count, openCounts} from './example-journal.ts';

/**
 * A process of its own, to be killed: `appender.ts JOURNAL FROM` records numbers until it dies, several at once, and prints each
 * once it was reported as recorded. After a failure it tries once more and says what came of both.
 */
const [path = '', from = '0'] = process.argv.slice(2);
const journal = await openCounts(path);

const say = (text: string): Promise<void> =>
  new Promise(resolve => process.stdout.write(`${text}\n`, () => resolve()));

const codeOf = (error: unknown): string => (error instanceof PatchdeckError ? error.code : String(error));

for (let n = Number(from); ; n += 3) {
  const three = await Promise.allSettled([n, n + 1, n + 2].map(next => journal.append(count(next), 'test')));
  const failure = three.find(result => result.status === 'rejected');
  if (failure === undefined) {
    await say([n, n + 1, n + 2].join('\n'));
    continue;
  }
  const again: unknown = await journal.append(count(n), 'test').catch((error: unknown) => error);
  await say(`failed ${codeOf(failure.reason)}, then ${codeOf(again)}`);
  if (!hasCode(failure.reason, 'store.full')) await journal.close();
  process.exit(0);
}
