import {spawn, type ChildProcess} from 'node:child_process';
import {mkdir, mkdtemp, readdir, rm, stat, utimes} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {makeRealWorld, type RealWorld} from '../ssh/real-world.ts';
import {run} from '../lab/command.ts';

let here: RealWorld;
let runtime: string;
let holder: ChildProcess | undefined;
beforeAll(async () => {
  here = await makeRealWorld();
  await here.knowAll(here.sshd);
}, 60_000);
afterAll(() => here.remove(), 60_000);
beforeEach(async () => {
  // Short: the path of a socket has 108 bytes.
  runtime = await mkdtemp('/tmp/pdt-');
});
afterEach(async () => {
  holder?.kill('SIGKILL');
  await rm(runtime, {recursive: true, force: true});
});

/** A console that holds a connection of the system's ssh; what it leaves lies in `runtime`. */
const open = async (): Promise<ChildProcess> => {
  const settings = {
    configFile: await here.configure([]),
    identityFiles: [],
    knownHostsFiles: [],
    useAgent: false,
    deadlines: {connectMs: 20_000, firstByteMs: 20_000, scriptMs: 30_000},
  };
  const host = here.host(here.accounts.dash, {transport: 'system'});
  const program = new URL('ssh-holder.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, JSON.stringify({settings, host})], {
    env: {...process.env, XDG_RUNTIME_DIR: runtime},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  holder = child;
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said, {timeout: 30_000}).toContain('open');
  return child;
};
const masters = async (): Promise<string> => (await run('pgrep', ['-f', `ssh .*${runtime}`])).stdout;

it.each(['close', 'terminate', 'exit', 'SIGTERM', 'SIGKILL'] as const)(
  'a console that goes by %s leaves no ssh, no socket and no folder',
  async way => {
    const child = await open();
    const folders = await readdir(runtime);
    expect([folders.length, await masters()]).toEqual([1, expect.stringMatching(/\d/)]);
    for (const name of folders) expect((await stat(join(runtime, name))).mode & 0o777).toBe(0o700);
    if (way === 'SIGTERM' || way === 'SIGKILL') child.kill(way);
    else child.stdin?.write(`${way}\n`);
    await expect.poll(masters, {timeout: 20_000}).toBe('');
    await expect.poll(() => readdir(runtime), {timeout: 20_000}).toEqual([]);
  },
);

it('what a console left whose keeper was lost as well is removed by the next one, a day later', async () => {
  const gone = (await run('sh', ['-c', 'echo $$'])).stdout.trim();
  const [old, fresh, other] = [`pd-${gone}-aaaaaa`, `pd-${gone}-bbbbbb`, `pd-${process.pid}-cccccc`];
  for (const name of [old, fresh, other]) await mkdir(join(runtime, name));
  const longAgo = Date.now() / 1000 - 2 * 24 * 3600;
  for (const name of [old, other]) await utimes(join(runtime, name), longAgo, longAgo);
  await open();
  const left = await readdir(runtime);
  expect([left.includes(old), left.includes(fresh), left.includes(other)]).toEqual([false, true, true]);
});
