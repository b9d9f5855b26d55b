import {connect} from 'node:net';
import {cleanLine} from '../model/clean.ts';
import type {OutsideChecks} from './smoke.ts';

/** Smoke checks over the network, from the console's machine. `deadlineMs` bounds each. */
export const createOutsideChecks = (deadlineMs: number): OutsideChecks => ({
  tcp: (address, port) =>
    new Promise(resolve => {
      const socket = connect({host: address, port, timeout: deadlineMs});
      const end = (reason: string | undefined): void => {
        socket.destroy();
        resolve(reason);
      };
      socket.once('connect', () => end(undefined));
      socket.once('timeout', () => end('no answer'));
      socket.once('error', error => end(cleanLine(error.message)));
    }),
  http: async (url, status) => {
    try {
      // Loaded with the first check: it takes longer than the console's first frame should.
      const {default: got} = await import('got');
      const answer = await got(url, {
        timeout: {request: deadlineMs},
        retry: {limit: 0},
        followRedirect: false,
        throwHttpErrors: false,
      });
      return answer.statusCode === status ? undefined : `answered ${answer.statusCode}, not ${status}`;
    } catch (error) {
      return cleanLine(error instanceof Error ? error.message : String(error));
    }
  },
});
