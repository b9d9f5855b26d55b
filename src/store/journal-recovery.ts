import {constants} from 'node:fs';
import {basename} from 'node:path';
import {writeAll, writeDurable} from './durable-file.ts';
import {openOwn} from './own-file.ts';
import {writeFailed, type Notice} from './store-error.ts';

/**
 * Makes the end of a journal whole: a torn last line is copied aside and cut, a missing last newline is added. What was cut had
 * never been reported as recorded. Throws `store.full` and `store.write-failed`; the journal is then as it was.
 */
export const mendTail = async (
  path: string,
  bytes: Uint8Array,
  found: {keep: number; torn: boolean; unended: boolean; head: {seq: number}},
  now: number,
  notice: Notice,
): Promise<void> => {
  if (!found.torn && !found.unended) return;
  if (found.torn) {
    const aside = `${path}.torn-${new Date(now).toISOString().replace(/[:.]/g, '')}`;
    await writeDurable(aside, bytes.subarray(found.keep));
    notice(
      `the last line of ${path} was not whole, as after a crash: it was moved to ${basename(aside)}. ` +
        `The journal goes on after line ${found.head.seq}, and every host that was being worked on is asked`,
    );
  }
  const handle = await openOwn(path, constants.O_RDWR);
  try {
    await handle?.truncate(found.keep);
    if (found.unended) await (handle && writeAll(handle, new Uint8Array([0x0a]), found.keep));
    await handle?.datasync();
  } catch (error) {
    throw writeFailed(path, error);
  } finally {
    await handle?.close();
  }
};
