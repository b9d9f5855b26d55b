import {createServer, type Server, type Socket} from 'node:net';
import {z} from 'zod';

/** What ssh asks a person: the prompt as it stands, and `confirm` or `none` when it is no question for a secret. */
export type SshPrompt = {prompt: string; hint: string};

const promptSchema = z.object({prompt: z.string().max(8192), hint: z.string().max(20)});
const promptLimit = 16 * 1024;

/** `undefined` makes ssh go on as if nobody were there; `gone` aborts when it does not wait any more. */
type Answer = (prompt: SshPrompt, gone: AbortSignal) => Promise<string | undefined>;

/** Answers the program that ssh asks people through. */
export const startAskServer = (path: string, answer: Answer): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer(socket => serve(socket, answer));
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });

const serve = (socket: Socket, answer: Answer): void => {
  const gone = new AbortController();
  let text = '';
  let asked = false;
  socket.on('error', () => undefined);
  socket.once('close', () => gone.abort(new Error('ssh does not ask any more')));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (asked || (!text.includes('\n') && text.length < promptLimit)) return;
    asked = true;
    const prompt = readPrompt(text);
    const given = prompt === undefined ? Promise.resolve(undefined) : answer(prompt, gone.signal);
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
