import type {RunState} from '../record/state.ts';
import type {Head} from './journal-lines.ts';
import {writeSnapshot} from './snapshot.ts';

/** Events after which a snapshot is written again; on a large fleet as many as it has hosts, as each costs all of them. */
const eventsBetween = 500;

export type SnapshotKeeper = {
  /** To be called after each event that is on disk and folded. Never waits. */
  after(head: Head): void;
  /** Writes the last one. */
  close(): Promise<void>;
};

/** Keeps a snapshot close behind the journal; `takenAt` is the seq of the one that is there. That one could not be written is said once and harms nothing. */
export const createSnapshotKeeper = (
  path: string,
  state: () => RunState,
  takenAt: number,
  present: Head,
  trouble: (error: unknown) => void,
): SnapshotKeeper => {
  let taken = takenAt;
  let head = present;
  let writing: Promise<void> | undefined;
  let said = false;
  const write = async (): Promise<void> => {
    const at = head;
    taken = at.seq;
    try {
      await writeSnapshot(path, {head: at, state: state()});
    } catch (error) {
      if (!said) trouble(error);
      said = true;
    }
  };
  return {
    after: next => {
      head = next;
      if (writing !== undefined || head.seq - taken < Math.max(eventsBetween, state().hosts.size)) return;
      writing = write().finally(() => {
        writing = undefined;
      });
    },
    close: async () => {
      await writing;
      if (head.seq > taken) await write();
    },
  };
};
