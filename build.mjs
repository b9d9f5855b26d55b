/**
 * Bundles the program into dist/ for start-up speed. Three files are found by their names and must keep them: main.js by
 * bin/patchdeck.js, worker-engine.js and worker-demo.js by the commands, as `new URL('./worker-engine.js', import.meta.url)`. Shared
 * parts are chunks beside them, so that every part's import.meta.url lies in dist/.
 */
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const dist = 'dist';
const entryPoints = {
  main: 'commands/main.ts',
  'worker-engine': 'src/engine/worker.ts',
  'worker-demo': 'src/demo/worker.ts',
};
/** A console that is open loads a screen when it is first shown: its chunks stay this long after a newer build. */
const keepStaleMs = 24 * 3_600_000;

const absent = Object.values(entryPoints).filter(path => !existsSync(path));
if (absent.length > 0) {
  console.error(`the program cannot be built: ${absent.join(', ')} is not there; dist/ was left as it is`);
  process.exit(1);
}

/**
 * Ink's layout engine asks for the WebAssembly that it has in itself by `fetch`, where there is one: for that Node loads its whole
 * HTTP client, which takes longer than all else until the first frame. Without one it decodes what it has.
 */
const layoutWithoutFetch = {
  name: 'layout-without-fetch',
  setup: ({onLoad}) => {
    onLoad({filter: /yoga-wasm-base64-esm\.js$/}, async ({path}) => {
      isLayoutFound = true;
      return {contents: `const fetch = undefined;\n${await readFile(path, 'utf8')}`};
    });
  },
};
let isLayoutFound = false;

const {outputFiles} = await build({
  entryPoints,
  outdir: dist,
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  jsx: 'automatic',
  minifySyntax: true,
  // ssh2 loads native parts where it finds them, and only the engine needs it.
  // The last two are not installed: one is for who develops Ink, the other for CycloneDX as XML.
  external: ['ssh2', 'cpu-features', 'react-devtools-core', 'xmlbuilder2'],
  plugins: [layoutWithoutFetch],
  define: {'process.env.NODE_ENV': '"production"'},
  banner: {
    // CommonJS parts of the bundle ask for node's own modules with require.
    js: "import {createRequire as __createRequire} from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
}).catch(() => process.exit(1));
if (!isLayoutFound) {
  console.error(
    'the layout engine has another name now: look at layoutWithoutFetch; dist/ was left as it is',
  );
  process.exit(1);
}

await mkdir(dist, {recursive: true});
const entryNames = new Set(Object.keys(entryPoints).map(name => `${name}.js`));
const isEntry = file => entryNames.has(basename(file.path));
// Entries last: what they import is there before them. Several builds may run at once, and programs start meanwhile.
for (const file of [...outputFiles.filter(file => !isEntry(file)), ...outputFiles.filter(isEntry)]) {
  await put(join(dist, basename(file.path)), file.contents);
}
await dropStale(new Set(outputFiles.map(file => basename(file.path))));

/** Puts a file in place whole; one that is the same only gets a new date, which says that it is of the newest build. */
async function put(path, contents) {
  const now = new Date();
  const old = await readFile(path).catch(() => undefined);
  if (old !== undefined && Buffer.compare(old, contents) === 0) return utimes(path, now, now);
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, path);
}

async function dropStale(current) {
  for (const name of await readdir(dist)) {
    if (current.has(name)) continue;
    const path = join(dist, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > keepStaleMs)
      await rm(path, {recursive: true, force: true});
  }
}
