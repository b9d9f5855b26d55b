import {createServer, type Server, type Socket} from 'node:net';
import {z} from 'zod';

/** What ssh asks a person: the prompt as it stands, and `confirm` or `none` when it is no question for a secret. */
export type SshPrompt = {prompt: string; hint: string};

const promptSchema = z.object({prompt: z.string().max(8192), hint: z.string().max(20)});
const promptLimit = 16 * 1024;

/** Answers the program that ssh asks people through; `undefined` makes ssh go on as if nobody were there. */
export const startAskServer = (
  path: string,
  answer: (prompt: SshPrompt) => Promise<string | undefined>,
): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer(socket => serve(socket, answer));
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });

const serve = (socket: Socket, answer: (prompt: SshPrompt) => Promise<string | undefined>): void => {
  let text = '';
  let asked = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (asked || (!text.includes('\n') && text.length < promptLimit)) return;
    asked = true;
    const prompt = readPrompt(text);
    const given = prompt === undefined ? Promise.resolve(undefined) : answer(prompt);
    given.then(
      secret => socket.end(secret === undefined ? '' : JSON.stringify(secret)),
      () => socket.end(),
    );
  });
};

const readPrompt = (text: string): SshPrompt | undefined => {
  try {
    return promptSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};
