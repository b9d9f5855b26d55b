/**
 * How long an operator looks at nothing: from starting the program to the console's first frame in a real pseudo-terminal, against what a
 * bare Node needs to print a line there, in one run. `node bench/first-frame.ts [RUNS]` after a build.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';

const runs = Number(process.argv[2] ?? 9);
const program = fileURLToPath(new URL('../bin/patchdeck.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'patchdeck-bench-'));
const inventory = join(directory, 'inventory.yaml');
writeFileSync(inventory, 'fleet: bench\nhosts: {a: {address: 192.0.2.1}}\n');

const env: NodeJS.ProcessEnv = {...process.env, TERM: 'xterm-256color'};
delete env['CI'];

/** Milliseconds until the terminal shows `wanted`. */
const timeTo = (args: readonly string[], wanted: string): Promise<number> =>
  new Promise(resolve => {
    const began = performance.now();
    let seen = '';
    const pty = spawn(process.execPath, [...args], {cols: 80, rows: 24, env});
    pty.onData(data => {
      seen += data;
      if (!seen.includes(wanted)) return;
      seen = '';
      resolve(performance.now() - began);
      pty.kill('SIGKILL');
    });
  });

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const consoleTimes: number[] = [];
const bareTimes: number[] = [];
for (let run = 0; run < runs; run++) {
  const state = join(directory, `state-${run}`);
  consoleTimes.push(
    await timeTo([program, 'open', '--inventory', inventory, '--state-dir', state], 'Identify'),
  );
  bareTimes.push(await timeTo(['-e', 'console.log("Identify")'], 'Identify'));
}
rmSync(directory, {recursive: true, force: true});
const [shown, bare] = [median(consoleTimes), median(bareTimes)];
console.log(
  `first frame: ${Math.round(shown)} ms; a bare node prints a line after ${Math.round(bare)} ms; ratio ${(shown / bare).toFixed(1)} (medians of ${runs})`,
);
