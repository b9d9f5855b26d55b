import {connect} from 'node:net';
import {keyType} from './known-hosts.ts';

const requestIdentities = 11;
const identitiesAnswer = 12;
const answerLimit = 256 * 1024;
const waitMs = 5000;

/**
 * The types of all keys that an agent has, also of those that ssh2 passes over in silence: certificates and security keys (the agent protocol,
 * draft-miller-ssh-agent, 4.4). Empty when the agent does not answer.
 */
export const agentTypes = (path: string): Promise<string[]> =>
  new Promise(resolve => {
    let seen: Buffer = Buffer.alloc(0);
    const socket = connect(path, () => socket.write(Buffer.from([0, 0, 0, 1, requestIdentities])));
    const end = (types: string[]): void => {
      socket.destroy();
      resolve(types);
    };
    socket.setTimeout(waitMs, () => end([]));
    socket.on('error', () => end([]));
    socket.on('end', () => end([]));
    socket.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const length = seen.length < 4 ? 0 : seen.readUInt32BE(0);
      if (length > answerLimit) end([]);
      else if (length > 0 && seen.length >= 4 + length) end(typesIn(seen.subarray(4, 4 + length)));
    });
  });

const typesIn = (answer: Buffer): string[] => {
  if (answer[0] !== identitiesAnswer) return [];
  const types: string[] = [];
  let at = 5;
  const next = (): Buffer | undefined => {
    if (at + 4 > answer.length) return undefined;
    const end = at + 4 + answer.readUInt32BE(at);
    const field = answer.subarray(at + 4, end);
    at = end;
    return end > answer.length ? undefined : field;
  };
  for (let key = next(); key !== undefined; key = next()) {
    types.push(keyType(key));
    if (next() === undefined) break;
  }
  return types;
};
