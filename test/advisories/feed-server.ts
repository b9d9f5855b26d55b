import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type FeedServer = {
  url: string;
  /** What was asked so far, oldest first. */
  requests: IncomingMessage[];
  /** Answers from now on; the number counts the questions since, from 1. */
  answer(handler: (response: ServerResponse, request: IncomingMessage, count: number) => void): void;
  close(): Promise<void>;
};

/** A feed on loopback. */
export const startFeedServer = async (): Promise<FeedServer> => {
  const requests: IncomingMessage[] = [];
  let handler: (response: ServerResponse, request: IncomingMessage, count: number) => void = response =>
    response.writeHead(404).end();
  let count = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    handler(response, request, ++count);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/kev.json`,
    requests,
    answer: next => {
      handler = next;
      count = 0;
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
