import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

/** Bundles the contender that uses patchdeck, as the program is shipped. Gives the file; it lies where ssh2 is found, which stays outside. */
export const bundle = async (): Promise<string> => {
  const outfile = fileURLToPath(new URL('../../dist-bench/contact.js', import.meta.url));
  await build({
    entryPoints: [fileURLToPath(new URL('patchdeck.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    external: ['ssh2'],
    logLevel: 'warning',
  });
  return outfile;
};
