import {readFile} from 'node:fs/promises';
import {cleanLine} from '../model/clean.ts';
import {PatchdeckError} from '../model/error.ts';
import type {Asker} from '../model/question.ts';
import {unsupported} from './errors.ts';
import {stampOf} from './file-stamp.ts';
import {
  fingerprint,
  keyType,
  knownTypes,
  lookupName,
  parseKnownHosts,
  verdict,
  type KnownHost,
  type Verdict,
} from './known-hosts.ts';
import {matchesHosts} from './host-pattern.ts';
import {createLending} from './lending.ts';
import {knownHostLine, rememberHostKey} from './remember.ts';
import {describeTarget, type Target} from './target.ts';
import {hostKeyAlgorithms, typesOf} from './host-key-algorithms.ts';

/** How the keys of hosts are judged; one for all connections of a console. */
export type HostKeys = {
  /** Reads the known_hosts files of a target; what it gives judges without waiting. Throws `ssh.unsupported`. */
  prepare(target: Target): Promise<HostKeyJudge>;
  /**
   * Asks a person about an unknown key and remembers the answer as far as told. One question for all who wait for the same, taken away when the
   * last of them gave up. Throws `ssh.host-key-unknown` when it is not accepted, or the reason of the signal.
   */
  askAbout(target: Target, key: Uint8Array, ask: Asker, signal: AbortSignal): Promise<void>;
  /** Lines of known_hosts for the keys that a person accepted for this target. */
  acceptedLines(target: Target): string;
  /** known_hosts trusts an authority to sign certificates of this host. */
  hasAuthority(target: Target): Promise<boolean>;
};

export type HostKeyJudge = {
  /** For ssh2's `algorithms.serverHostKey`: the types known for this host first. */
  algorithms: string[];
  judge(key: Uint8Array): Verdict;
};

export const createHostKeys = (): HostKeys => {
  const read = createReader();
  /** Accepted by a person in this console, by lookup name. */
  const accepted = new Map<string, Map<string, Uint8Array>>();
  const questions = createLending<{id: string}, undefined>({
    key: ({id}) => id,
    onGone: () => undefined,
    close: () => undefined,
  });
  return {
    acceptedLines: ({keyName, keyPort}) =>
      [...(accepted.get(lookupName(keyName, keyPort))?.values() ?? [])]
        .map(key => knownHostLine({name: keyName, port: keyPort, key}))
        .join(''),
    hasAuthority: async ({knownHostsFiles, keyName, keyPort}) => {
      const lookup = lookupName(keyName, keyPort);
      return (await Promise.all(knownHostsFiles.map(read)))
        .flat()
        .some(({marker, hosts}) => marker === 'cert-authority' && matchesHosts(hosts, lookup));
    },
    prepare: async target => {
      const entries = (await Promise.all(target.knownHostsFiles.map(read))).flat();
      const {keyName: name, keyPort: port} = target;
      const algorithms = hostKeyAlgorithms(target.hostKeyAlgorithms, knownTypes(entries, name, port));
      if (algorithms.length === 0) {
        throw unsupported(
          target,
          'its ssh configuration allows only host certificates or security keys',
          'add a plain type to HostKeyAlgorithms, such as ssh-ed25519',
        );
      }
      return {
        algorithms,
        judge: key => {
          const found = verdict(entries, {name, port, key, askable: typesOf(algorithms)});
          const isAccepted = accepted.get(lookupName(name, port))?.has(fingerprint(key)) === true;
          return found.is === 'unknown' && isAccepted ? {is: 'known'} : found;
        },
      };
    },
    askAbout: async (target, key, ask, signal) => {
      const lookup = lookupName(target.keyName, target.keyPort);
      const id = `${lookup} ${fingerprint(key)}`;
      const accept = async (given: AbortSignal): Promise<undefined> => {
        const answer = await putQuestion(target, key, ask, given);
        accepted.set(
          lookup,
          (accepted.get(lookup) ?? new Map<string, Uint8Array>()).set(fingerprint(key), key),
        );
        if (answer === 'remember') await remember(target, key);
      };
      (await questions.borrow({id}, accept, signal)).release();
    },
  };
};

/** A key that may never be accepted by a question: names file and line, and both fingerprints. */
export const blockedKey = (
  target: Target,
  key: Uint8Array,
  found: Extract<Verdict, {is: 'changed' | 'revoked'}>,
): PatchdeckError => {
  const where = describeTarget(target);
  const line = `${cleanLine(found.file)}:${found.line}`;
  if (found.is === 'revoked') {
    return new PatchdeckError(
      'outside',
      'ssh.host-key-revoked',
      `blocked: ${where} showed the ${keyType(key)} key ${fingerprint(key)}, which ${line} revokes; nothing was sent to it`,
      'find out who answers there; a revoked key means that somebody else may have it',
    );
  }
  return new PatchdeckError(
    'outside',
    'ssh.host-key-changed',
    `blocked: ${where} showed the ${keyType(key)} key ${fingerprint(key)}, but ${line} has ${found.type} ${found.fingerprint} for it; nothing was sent to it`,
    `find out by another way whether the host was set up anew; only then \`ssh-keygen -R ${shellName(target)} -f ${cleanLine(found.file)}\` and try again`,
  );
};

const putQuestion = async (
  target: Target,
  key: Uint8Array,
  ask: Asker,
  signal: AbortSignal,
): Promise<'once' | 'remember'> => {
  const answer = target.strict
    ? null
    : await ask(
        {
          kind: 'host-key',
          host: target.name,
          address: `${target.address}:${target.port}`,
          keyType: keyType(key),
          fingerprint: fingerprint(key),
        },
        signal,
      );
  if (answer === 'once' || answer === 'remember') return answer;
  const why = target.strict
    ? 'StrictHostKeyChecking or BatchMode forbids to ask'
    : answer === 'refuse'
      ? 'it was refused'
      : 'nobody accepted it';
  throw new PatchdeckError(
    'outside',
    'ssh.host-key-unknown',
    `the ${keyType(key)} key ${fingerprint(key)} of ${describeTarget(target)} is not known and ${why}; nothing was sent to it`,
    `compare the fingerprint with \`ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub\` on the host, then accept it in the console (or with --accept-host-key FINGERPRINT), or add the host to ${cleanLine(target.rememberIn ?? 'a known_hosts file')}`,
  );
};

const remember = async (target: Target, key: Uint8Array): Promise<void> => {
  if (target.rememberIn === undefined) return;
  try {
    await rememberHostKey(
      target.rememberIn,
      {name: target.keyName, port: target.keyPort, key},
      target.hashNames,
    );
  } catch (error) {
    throw new PatchdeckError(
      'outside',
      'ssh.host-key-unknown',
      `the key of ${describeTarget(target)} was accepted but could not be written to ${cleanLine(target.rememberIn)} (${cleanLine(error instanceof Error ? error.message : String(error))}); nothing was done there`,
      'make the file writable, or try again: until this console ends the key stays accepted',
      {cause: error},
    );
  }
};

const shellName = (target: Target): string => `'${lookupName(target.keyName, target.keyPort)}'`;

/** Reads known_hosts files, again only when they changed. A file that is not there or not readable holds nothing. */
const createReader = (): ((file: string) => Promise<KnownHost[]>) => {
  const kept = new Map<string, {stamp: string; entries: KnownHost[]}>();
  return async file => {
    try {
      const stamp = await stampOf(file);
      const old = kept.get(file);
      if (old?.stamp === stamp) return old.entries;
      const {entries} = parseKnownHosts(await readFile(file, 'utf8'), file);
      kept.set(file, {stamp, entries});
      return entries;
    } catch {
      return [];
    }
  };
};
