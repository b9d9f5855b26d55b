import {execFile, spawn} from 'node:child_process';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {spawn as spawnInTerminal} from '@lydell/node-pty';
import {transform} from 'esbuild';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';

const launcher = fileURLToPath(new URL('../../bin/patchdeck.js', import.meta.url));
/** Makes a Node say that it is an old one. */
const posesAsOld = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.11.1'}})`;

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'patchdeck-launcher-'));
  await put('package.json', '{"type": "module"}');
  await mkdir(join(root, 'bin'));
  await copyFile(launcher, join(root, 'bin/patchdeck.js'));
});
afterEach(() => rm(root, {recursive: true, force: true}));

const put = async (name: string, text: string, mode = 0o644): Promise<void> => {
  await mkdir(dirname(join(root, name)), {recursive: true});
  await writeFile(join(root, name), text);
  await chmod(join(root, name), mode);
};
const putProgram = (text: string): Promise<void> => put('dist/main.js', text);
/** What `npm ci` brings, as a script that hands over to a real Node. */
const putOwnNode = (flags = ''): Promise<void> =>
  put(
    'node_modules/node/bin/node',
    `#!/bin/sh\nOWN_NODE=yes exec '${process.execPath}' ${flags} "$@"\n`,
    0o755,
  );

type Ended = {code: number | null; stdout: string; stderr: string};
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: root,
  XDG_CACHE_HOME: join(root, 'cache'),
});
const run = (node: string[], args: string[] = [], file = join(root, 'bin/patchdeck.js')): Promise<Ended> =>
  new Promise(resolve => {
    const [program = process.execPath, ...flags] = node;
    const child = execFile(
      program,
      [...flags, file, ...args],
      {env: environment()},
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({code, stdout, stderr});
      },
    );
    child.stdin?.end('typed\n');
  });
const newNode: string[] = [];
const oldNode = [process.execPath, '--import', posesAsOld];

it('is written so that Node 12 can read it', async () => {
  const text = await readFile(launcher, 'utf8');
  const [asIs, asOld] = await Promise.all(
    ['esnext', 'node12.20'].map(target => transform(text, {target, format: 'esm'})),
  );
  expect(asOld?.code).toBe(asIs?.code);
  expect(text).not.toContain("from 'node:");
});

describe('on a Node that is new enough', () => {
  it('runs the program with its arguments and exit code', async () => {
    await putProgram('console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 3;');
    expect(await run(newNode, ['deploy', 'web *', ''])).toEqual({
      code: 3,
      stdout: '["deploy","web *",""]\n',
      stderr: '',
    });
  });

  it('says how to build the program when it is not built', async () => {
    const {code, stderr} = await run(newNode);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `patchdeck: the program is not built: ${root}/dist/main.js is not there; nothing was done. Run \`npm run build\` in ${root}.\n`,
    );
  });

  it('says so when a package is missing, without a stack trace', async () => {
    await putProgram("import 'no-such-package';");
    const {code, stderr} = await run(newNode);
    expect(code).toBe(2);
    expect(stderr).toContain('a part of the program is missing');
    expect(stderr).not.toContain('    at ');
  });

  it('is found through the link that npm makes', async () => {
    await putProgram("console.log('here');");
    await symlink('bin/patchdeck.js', join(root, 'linked'));
    expect(await run(newNode, [], join(root, 'linked'))).toMatchObject({code: 0, stdout: 'here\n'});
  });

  it('keeps compiled code where nobody else can write', async () => {
    await putProgram('await import("node:fs");');
    await run(newNode);
    const folder = join(root, 'cache/patchdeck/compiled');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).not.toEqual([]);
  });
});

describe('on an older Node', () => {
  it('hands over to the Node of npm ci: arguments, input, output and exit code', async () => {
    await putOwnNode();
    await putProgram(`
      for await (const chunk of process.stdin) process.stdout.write(chunk);
      console.log(process.env.OWN_NODE, process.env.PATCHDECK_STARTED_BY, JSON.stringify(process.argv.slice(2)));
      process.exitCode = 5;`);
    expect(await run(oldNode, ['fix', 'CVE 1', ''])).toEqual({
      code: 5,
      stdout: 'typed\nyes undefined ["fix","CVE 1",""]\n',
      stderr: '',
    });
  });

  it('says what is needed when there is no other', async () => {
    await putProgram('');
    const {code, stdout, stderr} = await run(oldNode);
    expect({code, stdout}).toEqual({code: 2, stdout: ''});
    expect(stderr).toBe(
      `patchdeck: patchdeck needs Node.js 22 or newer, this is 20.11.1; nothing was done. Install a newer one, or run \`npm ci\` in ${root} (without --ignore-scripts): it brings its own.\n`,
    );
  });

  it('does not go in circles when the other is old too', async () => {
    await putOwnNode(`--import "${posesAsOld}"`);
    const {code, stderr} = await run(oldNode);
    expect(code).toBe(2);
    expect(stderr).toContain('needs Node.js 22 or newer');
  });

  it('says so when the other cannot be run', async () => {
    await put('node_modules/node/bin/node', 'not a program', 0o644);
    const {code, stderr} = await run(oldNode);
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be run');
    expect(stderr).toContain('needs Node.js 22 or newer');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'passes %s on, and ends as the program ended',
    async signal => {
      await putOwnNode();
      await putProgram(`
      process.once('${signal}', () => { console.log('told'); process.kill(process.pid, '${signal}'); });
      setInterval(() => undefined, 1000);
      console.log('ready');`);
      const [program = '', ...flags] = oldNode;
      // A session of its own: no terminal sends signals there, as under cron.
      const child = spawn(program, [...flags, join(root, 'bin/patchdeck.js')], {
        env: environment(),
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said === 'ready\n') child.kill(signal);
      });
      const ended = await new Promise<string | null>(resolve => child.on('close', (_, by) => resolve(by)));
      expect(said).toBe('ready\ntold\n');
      expect(ended).toBe(signal);
    },
  );

  it('lets one Ctrl-C in a terminal be one, not two', async () => {
    await putOwnNode();
    await putProgram(`
      let count = 0;
      process.on('SIGINT', () => { if (++count === 1) setTimeout(() => { console.log('interrupted ' + count); process.exit(0); }, 300); });
      setInterval(() => undefined, 1000);
      console.log('ready');`);
    const [program = '', ...flags] = oldNode;
    const terminal = spawnInTerminal(program, [...flags, join(root, 'bin/patchdeck.js')], {
      env: environment(),
    });
    let said = '';
    let isTold = false;
    terminal.onData(data => {
      said += data;
      if (isTold || !said.includes('ready')) return;
      isTold = true;
      terminal.write('\u0003');
    });
    const {exitCode} = await new Promise<{exitCode: number}>(resolve => terminal.onExit(resolve));
    expect(said).toContain('interrupted 1');
    expect(exitCode).toBe(0);
  });
});
