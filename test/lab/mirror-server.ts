/**
 * The process that serves the lab's mirror: `node mirror-server.ts FOLDER PORT ADDRESS...`. It listens on the lab's
 * own addresses only, and ends on SIGTERM.
 */
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {join, normalize} from 'node:path';
import {pipeline} from 'node:stream/promises';

const [folder = '', port = '', ...addresses] = process.argv.slice(2);

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // Normalized below "/", so that no "..", encoded or not, leads out of the folder.
  const path = join(folder, normalize(`/${decodeURIComponent(request.url ?? '')}`));
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(404).end();
    return;
  }
  const modified = found.mtime.toUTCString();
  if (request.headers['if-modified-since'] === modified) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {'content-length': found.size, 'last-modified': modified});
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(path), response);
};

for (const address of addresses)
  createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // The host went away in the middle (it was cut off or reset): the others are served on.
      console.error(`${request.url ?? ''}: ${String(error)}`);
      response.destroy();
    });
  }).listen(Number(port), address);
