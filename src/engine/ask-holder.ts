import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {connect} from 'node:net';
import {PatchdeckError} from '../model/error.ts';
import type {Refusal} from '../record/gates.ts';
import {runDirectory} from '../store/paths.ts';
import {socketName, toFollowerSchema} from './follow-protocol.ts';
import type {Slowing} from './interface.ts';

/** A console that is alive answers at once: what it was asked is one event. */
const answerMs = 10_000;

/**
 * Asks the console of this user that holds a run to slow it down, and gives its answer. Throws `run.not-held` where nobody holds it, as
 * there is nothing to slow down then, and `run.no-answer` where the holder says nothing.
 */
export const askHolder = async (stateDir: string, run: string, command: Slowing): Promise<'ok' | Refusal> => {
  const handle = await open(runDirectory(stateDir, run), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await new Promise((resolve, reject) => {
      // A path of a socket has 107 bytes at most; by way of the open directory it always fits.
      const socket = connect(`/proc/self/fd/${handle.fd}/${socketName}`);
      const timer = setTimeout(() => fail(noAnswer(run)), answerMs);
      const fail = (error: PatchdeckError): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(error);
      };
      let rest = '';
      socket.setEncoding('utf8');
      socket.once('error', error => fail(notHeld(run, error)));
      socket.once('close', () => fail(noAnswer(run)));
      socket.once('connect', () => socket.write(`${JSON.stringify({type: 'ask', command})}\n`));
      socket.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const message = toFollowerSchema.safeParse(JSON.parse(line));
          if (message.data?.type !== 'answer') continue;
          clearTimeout(timer);
          resolve(message.data.answer);
          socket.end();
        }
      });
    });
  } finally {
    await handle.close();
  }
};

const notHeld = (run: string, cause: Error): PatchdeckError =>
  new PatchdeckError(
    'gate',
    'run.not-held',
    `no console or command is at work on run ${run}; nothing was done`,
    'nothing new starts by itself: hosts at work finish, and the next command goes on',
    {cause},
  );

const noAnswer = (run: string): PatchdeckError =>
  new PatchdeckError(
    'outside',
    'run.no-answer',
    `who holds run ${run} did not answer; whether it was done is not known`,
    'see its state with `patchdeck runs`, and ask again',
  );
