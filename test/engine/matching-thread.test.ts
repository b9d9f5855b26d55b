import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {expect, it} from 'vitest';

/** Every file of ours that an entry can ever load, also when it is only needed. */
const filesOf = async (entry: string): Promise<string[]> => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const {metafile} = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs);
};

it('matching is of the worker alone: the thread that draws cannot even load it', async () => {
  const matching = ['src/advisories/match.ts', 'src/advisories/judge.ts', 'src/stages/find-holes.ts'];
  expect(await filesOf('src/engine/worker.ts')).toEqual(expect.arrayContaining(matching));
  const drawing = await filesOf('commands/main.ts');
  expect(drawing).toContain('components/console.tsx');
  expect(drawing.filter(file => matching.includes(file))).toEqual([]);
}, 30_000);
