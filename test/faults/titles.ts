import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {z} from 'zod';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

export type Titled = {file: string; name: string};

const listSchema = z.array(z.object({name: z.string(), file: z.string()}));

/**
 * The tests of these files by their whole names, in order, as vitest itself has them once every table is filled in: what a pattern over the
 * source misses, this does not. The files are loaded, no test is run.
 */
export const titlesOf = async (files: readonly string[]): Promise<Titled[]> => {
  const {true: asRoot = [], false: others = []} = Object.groupBy(
    files,
    file => `${/^test\/(lab|root)\//.test(file)}`,
  );
  return [...(await list(others, 'vitest.config.ts')), ...(await list(asRoot, 'vitest.lab.config.ts'))];
};

const list = async (files: readonly string[], config: string): Promise<Titled[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'patchdeck-titles-'));
  try {
    const out = join(folder, 'list.json');
    await run([
      'list',
      ...files,
      '--config',
      config,
      '--staticParse=false',
      '--isolate=false',
      `--json=${out}`,
    ]);
    const found = listSchema.parse(JSON.parse(await readFile(out, 'utf8')));
    const titled = found.map(({name, file}) => ({file: relative(root, file), name}));
    // Words on the command line are parts of paths: those of a longer one come too.
    return titled
      .filter(({file}) => files.includes(file))
      .sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file));
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};

const run = (args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    // Not as a worker of the vitest that may run this.
    const env = Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'));
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd: root,
      env: Object.fromEntries(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.once('error', reject);
    child.once('close', code => {
      if (code === 0) resolve();
      else reject(new Error(`vitest ${args.join(' ')} ended with ${String(code)}: ${said}`));
    });
  });
