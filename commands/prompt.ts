import {createInterface, type Interface} from 'node:readline/promises';
import {Writable} from 'node:stream';

/** True when a person can be asked: both ends of the conversation are a terminal. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Asks on stderr, so that stdout stays the command's own. Undefined when the input ends, and on Ctrl-C, which is passed on. */
export const askLine = (prompt: string): Promise<string | undefined> =>
  ask(createInterface({input: process.stdin, output: process.stderr, terminal: true}), prompt);

/** The same without showing what is typed. */
export const askSecret = async (prompt: string): Promise<string | undefined> => {
  const silent = new Writable({write: (_chunk, _encoding, done) => done()});
  const reader = createInterface({input: process.stdin, output: silent, terminal: true});
  // Only now does the terminal show nothing: what is typed at once, after an earlier prompt, would be seen.
  process.stderr.write(prompt);
  try {
    return await ask(reader, '');
  } finally {
    process.stderr.write('\n');
  }
};

const ask = async (reader: Interface, prompt: string): Promise<string | undefined> => {
  const ended = new Promise<undefined>(resolve => {
    reader.once('close', () => resolve(undefined));
  });
  const close = (): void => reader.close();
  // A key where the terminal is ours, a signal where it came before that or from elsewhere.
  reader.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  process.once('SIGINT', close);
  process.once('SIGTERM', close);
  try {
    return await Promise.race([reader.question(prompt).catch(() => undefined), ended]);
  } finally {
    process.off('SIGINT', close);
    process.off('SIGTERM', close);
    reader.close();
  }
};
