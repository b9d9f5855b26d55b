import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import ssh2, {type AuthContext} from 'ssh2';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import {newKey, parse, startServer, type TestServer, type TestServerOptions} from './test-server.ts';
import {asker, failure, hostAt, makeWorld, never, type World} from './world.ts';

const right = 'right horse';
let world: World;
const servers: TestServer[] = [];
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await world.remove();
});

const start = async (login: TestServerOptions['login']): Promise<TestServer> => {
  const server = await startServer(login === undefined ? {} : {login});
  servers.push(server);
  await world.trust(...servers);
  return server;
};
const open = (server: TestServer, ask: Asker, host: Partial<Host> = {}, settings = {}): Promise<unknown> =>
  world.transport(settings).open(hostAt(server.port, host), ask, never);

describe('with keys', () => {
  it('the one key of the inventory is offered, and the password is not asked for', async () => {
    const wanted = parse(await readFile(world.keyFile, 'utf8')).getPublicSSH();
    const server = await start(context => {
      if (context.method === 'publickey' && context.key.data.equals(wanted)) context.accept();
      else context.reject(['publickey', 'password']);
    });
    const {ask, asked} = asker({secret: right});
    await open(server, ask);
    expect([asked, server.logins]).toEqual([[], ['none ops', 'publickey ops', 'publickey ops']]);
  });

  it('an RSA key signs with SHA-2', async () => {
    const file = join(world.folder, 'rsa');
    await writeFile(file, newKey('rsa').private);
    const algorithms: string[] = [];
    const server = await start(context => {
      if (context.method !== 'publickey') {
        context.reject(['publickey']);
        return;
      }
      algorithms.push(context.hashAlgo ?? 'none');
      context.accept();
    });
    await open(server, asker().ask, {}, {identityFiles: [file]});
    expect(algorithms.at(-1)).toMatch(/^sha(256|512)$/);
  });

  it('a host that wants more after the first key is not offered the others, and is given what it wants', async () => {
    const second = join(world.folder, 'second');
    await writeFile(second, newKey().private);
    let hasKey = false;
    const server = await start(context => {
      if (context.method === 'keyboard-interactive' && hasKey) {
        context.prompt([{prompt: 'Code: ', echo: false}], ([code]) =>
          code === '7' ? context.accept() : context.reject(),
        );
        return;
      }
      const left = hasKey ? 'keyboard-interactive' : 'publickey';
      if (context.method === 'publickey' && !hasKey) {
        if (context.signature === undefined) {
          context.accept();
          return;
        }
        hasKey = true;
        context.reject(['keyboard-interactive'], true);
      } else context.reject([left]);
    });
    const {ask, asked} = asker({secret: '7'});
    await open(server, ask, {}, {identityFiles: [world.keyFile, second]});
    expect(asked).toMatchObject([{what: 'one-time-code', prompt: 'Code:'}]);
    const [query, signed] = ['publickey ops', 'publickey ops'];
    expect(server.logins).toEqual(['none ops', query, signed, 'none ops', 'keyboard-interactive ops']);
  });

  it('the passphrase of an encrypted key is asked for only when the host wants that key', async () => {
    const [file, unwanted] = [await encryptedKey('one'), await encryptedKey('two')];
    const wanted = parse(await readFile(`${file}.pub`, 'utf8')).getPublicSSH();
    const server = await start(context => {
      if (context.method === 'publickey' && context.key.data.equals(wanted)) context.accept();
      else context.reject(['publickey']);
    });
    const {ask, asked} = asker({secret: 'not this'}, {secret: 'one'});
    const transport = world.transport({identityFiles: [unwanted, file]});
    await transport.open(hostAt(server.port), ask, never);
    await transport.open(hostAt(server.port), ask, never);
    expect(asked).toEqual([
      {kind: 'secret', host: 'web1', what: 'key-passphrase', prompt: `passphrase of ${file}`},
      {
        kind: 'secret',
        host: 'web1',
        what: 'key-passphrase',
        prompt: `passphrase of ${file} (the last one was wrong)`,
      },
    ]);
  });

  it('a key whose passphrase nobody gives is left out', async () => {
    const file = await encryptedKey('one');
    const server = await start(undefined);
    const error = await failure(open(server, asker().ask, {}, {identityFiles: [file]}));
    expect([error.code, error.message]).toEqual(['ssh.authentication', expect.stringContaining(file)]);
  });

  it('a host that takes none of them says which were offered and what it allows', async () => {
    const server = await start(context => context.reject(['publickey']));
    const error = await failure(open(server, asker().ask));
    expect(error.code).toBe('ssh.authentication');
    expect(error.message).toContain(world.keyFile);
    expect(error.message).toContain('publickey');
  });

  it('a file that is no key is named as unusable', async () => {
    const file = join(world.folder, 'broken');
    await writeFile(file, 'not a key');
    const server = await start(undefined);
    const error = await failure(open(server, asker().ask, {}, {identityFiles: [file]}));
    expect([error.code, error.message]).toEqual(['ssh.unsupported', expect.stringContaining(file)]);
  });

  it('a host that lets in by Kerberos only is named as unsupported', async () => {
    const server = await start(rejectWithKerberos);
    expect((await failure(open(server, asker().ask))).code).toBe('ssh.unsupported');
  });
});

/** Its types know no other methods than those ssh2 has. */
const rejectWithKerberos = (context: AuthContext): void => {
  const reject: unknown = Reflect.get(context, 'reject');
  if (typeof reject === 'function') Reflect.apply(reject, context, [['gssapi-with-mic']]);
};

const encryptedKey = async (passphrase: string): Promise<string> => {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', {passphrase, cipher: 'aes256-ctr', rounds: 4});
    if (ssh2.utils.parseKey(pair.private, passphrase) instanceof Error) continue;
    const file = join(world.folder, `id-${passphrase}`);
    await writeFile(file, pair.private, {mode: 0o600});
    await writeFile(`${file}.pub`, pair.public);
    return file;
  }
};
