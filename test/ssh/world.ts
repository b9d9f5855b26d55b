import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'vitest';
import {PatchdeckError} from '../../src/model/error.ts';
import type {Host} from '../../src/model/host.ts';
import type {Asker, Question} from '../../src/model/question.ts';
import {defineScript, type Script} from '../../src/model/script.ts';
import type {Deadlines, Transport} from '../../src/ssh/session.ts';
import {createTransport, type SshSettings} from '../../src/ssh/transport.ts';
import {newKey, type TestServer} from './test-server.ts';

export const deadlines: Deadlines = {connectMs: 8000, firstByteMs: 8000, scriptMs: 15_000};

/** A temp folder with a key and a known_hosts file. */
export type World = {
  folder: string;
  keyFile: string;
  knownHosts: string;
  /** Writes known_hosts: every key of these servers under 127.0.0.1. */
  trust(...servers: TestServer[]): Promise<void>;
  transport(changes?: Partial<SshSettings>): Transport;
  remove(): Promise<void>;
};

export const makeWorld = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-ssh-'));
  const keyFile = join(folder, 'id');
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(keyFile, newKey().private, {mode: 0o600});
  return {
    folder,
    keyFile,
    knownHosts,
    trust: async (...servers) => {
      const lines = servers.flatMap(server =>
        server.keyLines.map(line => `[127.0.0.1]:${server.port} ${line}\n`),
      );
      await writeFile(knownHosts, lines.join(''));
    },
    transport: changes =>
      createTransport({
        configFile: 'none',
        identityFiles: [keyFile],
        knownHostsFiles: [knownHosts],
        useAgent: false,
        deadlines,
        ...changes,
      }),
    remove: () => rm(folder, {recursive: true, force: true}),
  };
};

/** A host of the inventory that states nothing about its address. */
export const hostNamed = (name: string, changes: Partial<Host> = {}): Host => ({
  name,
  address: name,
  become: 'sudo',
  groups: [],
  canary: false,
  wave: 1,
  oneAtATime: [],
  tags: [],
  smoke: [],
  ...changes,
});

/** A host on loopback, logged in to as `ops`. */
export const hostAt = (port: number, changes: Partial<Host> = {}): Host =>
  hostNamed('web1', {address: '127.0.0.1', port, user: 'ops', ...changes});

/** Answers questions from a list, in order, then with null; keeps what was asked. */
export const asker = (
  ...answers: Awaited<ReturnType<Asker>>[]
): {ask: Asker; asked: Omit<Question, 'id'>[]} => {
  const asked: Omit<Question, 'id'>[] = [];
  return {
    asked,
    ask: question => {
      asked.push(question);
      return Promise.resolve(answers.shift() ?? null);
    },
  };
};

export const never = new AbortController().signal;

export const script = (body: string, root = false): Script => defineScript('test.script', {}, body, {root});

/** The PatchdeckError that work fails with; its sentences go nowhere near the secrets named. */
export const failure = async (work: Promise<unknown>, ...secrets: string[]): Promise<PatchdeckError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PatchdeckError)) throw new Error('a PatchdeckError was expected', {cause: error});
  for (const secret of secrets)
    expect(`${error.message} ${error.next} ${String(error.stack)}`).not.toContain(secret);
  return error;
};

/** Waits until the condition holds, for at most five seconds. */
export const until = async (condition: () => boolean): Promise<void> => {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error('waited in vain');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
};
