#!/usr/bin/env node
// Plain enough for Node 12 to read it and to say what is needed: no `node:` imports, no `?.`, no top-level await.
import {spawn} from 'child_process';
import {closeSync, existsSync, mkdirSync, openSync, realpathSync} from 'fs';
import module from 'module';
import {constants, homedir} from 'os';
import {dirname, isAbsolute, join} from 'path';
import {fileURLToPath, pathToFileURL} from 'url';

const needed = 22;
// npm links to this file from its own bin folders.
const self = realpathSync(fileURLToPath(import.meta.url));
const root = dirname(dirname(self));
const program = join(root, 'dist', 'main.js');
// `npm ci` brings a Node of its own, and knows it to be new enough.
const ownNode = join(root, 'node_modules', 'node', 'bin', 'node');
/** Set for the Node that this file starts: it is not to start another one. */
const startedBy = 'PATCHDECK_STARTED_BY';

const say = text => {
  process.stderr.write('patchdeck: ' + text + '\n');
};

const wantsNode = () => {
  say(
    'patchdeck needs Node.js ' +
      needed +
      ' or newer, this is ' +
      process.versions.node +
      '; nothing was done. Install a newer one, or run `npm ci` in ' +
      root +
      ' (without --ignore-scripts): it brings its own.',
  );
  process.exitCode = 2;
};

/** Keeps compiled code in a folder of one's own: in a shared one, others could put theirs there. Does without if there is none. */
const keepCompiled = () => {
  if (typeof module.enableCompileCache !== 'function' || process.env.NODE_COMPILE_CACHE) return;
  try {
    const xdg = process.env.XDG_CACHE_HOME;
    const folder = join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'patchdeck', 'compiled');
    mkdirSync(folder, {recursive: true, mode: 0o700});
    module.enableCompileCache(folder);
    // Worker threads look here.
    process.env.NODE_COMPILE_CACHE = folder;
  } catch (error) {
    // It only starts slower.
  }
};

const runHere = () => {
  if (!existsSync(program)) {
    say(
      'the program is not built: ' +
        program +
        ' is not there; nothing was done. Run `npm run build` in ' +
        root +
        '.',
    );
    process.exitCode = 2;
    return;
  }
  keepCompiled();
  import(pathToFileURL(program).href).catch(error => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    say(
      'a part of the program is missing; nothing was done. Run `npm ci` and `npm run build` in ' +
        root +
        '. (' +
        error.message +
        ')',
    );
    process.exitCode = 2;
  });
};

const hasTerminal = () => {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch (error) {
    return false;
  }
};

const runOnOwnNode = () => {
  const env = Object.assign({}, process.env);
  env[startedBy] = String(process.pid);
  const child = spawn(ownNode, [self].concat(process.argv.slice(2)), {stdio: 'inherit', env});
  // A terminal sends its signals to both processes: passed on as well, one Ctrl-C would count as two.
  const atTerminal = hasTerminal();
  const passOn = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM'];
  passOn.forEach(name => {
    process.on(name, () => {
      if (name === 'SIGTERM' || !atTerminal) child.kill(name);
    });
  });
  child.on('error', error => {
    say(ownNode + ' cannot be run (' + error.message + ').');
    wantsNode();
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    process.exitCode = 128 + (constants.signals[signal] || 0);
    // Ends as the program did, so that a shell sees the same.
    passOn.forEach(name => process.removeAllListeners(name));
    process.kill(process.pid, signal);
  });
};

const isStartedByUs = process.env[startedBy] === String(process.ppid);
delete process.env[startedBy];
if (Number(process.versions.node.split('.')[0]) >= needed) runHere();
else if (!isStartedByUs && existsSync(ownNode)) runOnOwnNode();
else wantsNode();
