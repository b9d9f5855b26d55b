import {spawn} from 'node:child_process';
import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';

/** Works with an ssh-agent of its own, without keys at first. */
export const withAgent = async (folder: string, work: (socket: string) => Promise<void>): Promise<void> => {
  const socket = join(folder, `agent-${process.hrtime.bigint()}`);
  const agent = spawn('ssh-agent', ['-D', '-a', socket], {stdio: 'ignore'});
  try {
    const isThere = (): Promise<boolean> =>
      stat(socket).then(
        found => found.isSocket(),
        () => false,
      );
    await expect.poll(isThere, {timeout: 10_000}).toBe(true);
    await work(socket);
  } finally {
    agent.kill();
  }
};
