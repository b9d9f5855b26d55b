import type {BaseAgent, KnownPublicKeys, ParsedKey, SigningRequestOptions} from 'ssh2';
import {cleanLine} from '../model/clean.ts';
import type {AskPassphrase, KeyFile, KeyFiles} from './key-files.ts';
import type {Ssh2} from './ssh2.ts';
import type {Target} from './target.ts';

/** The keys to offer to a host. */
export type Keyring = {
  /** An agent that has the next of them alone, for ssh2 to ask; undefined: all were offered. */
  next(): BaseAgent | undefined;
  /** The host wanted the key that was last offered, and has its signature. */
  readonly signed: boolean;
  /** What was offered, for people: `2 keys of the agent`, `/home/ops/.ssh/id_ed25519`. */
  offered: string[];
  /** What could not be offered, and why. */
  problems: string[];
};

/**
 * Gathers keys in ssh's order: those of the agent that are configured, the agent's others (unless IdentitiesOnly), files that the agent
 * does not have. All go through agents of our own, so that a passphrase is asked only for a key the host wants.
 */
export const gatherKeys = async (
  ssh2: Ssh2,
  target: Target,
  keyFiles: KeyFiles,
  askPassphrase: AskPassphrase,
): Promise<Keyring> => {
  const problems: string[] = [];
  const files: KeyFile[] = [];
  for (const found of await Promise.all(target.identityFiles.map(path => keyFiles.read(path)))) {
    if ('problem' in found) problems.push(`${cleanLine(found.path)}: ${cleanLine(found.problem)}`);
    else files.push(found);
  }
  const agent = target.agentSocket === undefined ? undefined : new ssh2.OpenSSHAgent(target.agentSocket);
  const fromAgent = agent === undefined ? [] : await agentKeys(agent, ssh2.utils.parseKey, problems);
  const configured = (key: ParsedKey): boolean => files.some(file => sameKey(file.public, key));
  const offeredOfAgent = [
    ...fromAgent.filter(configured),
    ...(target.identitiesOnly ? [] : fromAgent.filter(key => !configured(key))),
  ];
  const others = files.filter(file => !offeredOfAgent.some(key => sameKey(key, file.public)));
  const offeredFiles = others.filter(({isHalf}) => !isHalf);
  for (const {path} of others.filter(({isHalf}) => isHalf))
    problems.push(`${cleanLine(path)}: its private half is neither there nor in the agent`);
  const sign = async (key: ParsedKey, data: Buffer, hash: Hash): Promise<Buffer> => {
    const file = offeredFiles.find(candidate => sameKey(candidate.public, key));
    if (file === undefined) return askAgent(agent, key, data, hash);
    const opened = await file.unlock(askPassphrase);
    if (opened === undefined) throw new Error('the key stays locked');
    return orThrow(opened.sign(data, hash));
  };
  const left = [...offeredOfAgent, ...offeredFiles.map(file => file.public)];
  let signed = false;
  return {
    next: () => {
      signed = false;
      const key = left.shift();
      return key === undefined
        ? undefined
        : asAgent(ssh2, [key], async (one, data, hash) => {
            const signature = await sign(one, data, hash);
            signed = true;
            return signature;
          });
    },
    get signed() {
      return signed;
    },
    offered: [
      ...(offeredOfAgent.length === 0 ? [] : [`${offeredOfAgent.length} of the agent's keys`]),
      ...offeredFiles.map(file => cleanLine(file.path)),
    ],
    problems,
  };
};

type Hash = SigningRequestOptions['hash'];
type Sign = (key: ParsedKey, data: Buffer, hash: Hash) => Promise<Buffer>;

const asAgent = ({BaseAgent, utils}: Ssh2, keys: ParsedKey[], sign: Sign): BaseAgent => {
  class Keys extends BaseAgent<ParsedKey> {
    override getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
      done(undefined, keys);
    }
    override sign(
      key: ParsedKey | Buffer | string,
      data: Buffer,
      options: SigningRequestOptions | ((error?: Error | null, signature?: Buffer) => void),
      done?: (error?: Error | null, signature?: Buffer) => void,
    ): void {
      const finish = typeof options === 'function' ? options : done;
      const hash = typeof options === 'function' ? undefined : options.hash;
      const parsed = utils.parseKey(key);
      if (parsed instanceof Error) return finish?.(parsed);
      sign(parsed, data, hash).then(
        signature => finish?.(null, signature),
        (error: unknown) => finish?.(error instanceof Error ? error : new Error('not signed')),
      );
    }
  }
  return new Keys();
};

type SshAgent = InstanceType<Ssh2['OpenSSHAgent']>;

const agentKeys = (
  agent: SshAgent,
  parseKey: Ssh2['utils']['parseKey'],
  problems: string[],
): Promise<ParsedKey[]> =>
  new Promise(resolve => {
    agent.getIdentities((error, found) => {
      if (error) problems.push(`the agent did not answer (${cleanLine(error.message)})`);
      const keys: ParsedKey[] = [];
      for (const one of found ?? []) {
        const key = parseKey(keyOf(one));
        if (key instanceof Error) problems.push(`a key of the agent: ${cleanLine(key.message)}`);
        else keys.push(key);
      }
      resolve(keys);
    });
  });

const askAgent = (agent: SshAgent | undefined, key: ParsedKey, data: Buffer, hash: Hash): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (agent === undefined) {
      reject(new Error('there is no agent'));
      return;
    }
    agent.sign(key, data, hash === undefined ? {} : {hash}, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error('the agent did not sign'));
      else resolve(signature);
    });
  });

type Entry = KnownPublicKeys<ParsedKey>[number];
const keyOf = (entry: Entry): ParsedKey | Buffer | string => {
  if (!('pubKey' in entry)) return entry;
  return typeof entry.pubKey === 'object' && 'pubKey' in entry.pubKey ? entry.pubKey.pubKey : entry.pubKey;
};

/** ssh2 returns an error instead of throwing one. */
const orThrow = (signature: Buffer | Error): Buffer => {
  if (signature instanceof Error) throw signature;
  return signature;
};

const sameKey = (one: ParsedKey, other: ParsedKey): boolean =>
  one.getPublicSSH().equals(other.getPublicSSH());
