/**
 * Draws docs/console.svg from the real program: the demo in a real pseudo-terminal at 80x24, driven by keys to the Prioritize screen, each
 * cell of the screen with its colour. `npm run picture` (after a build).
 */
import {writeFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';

const [columns, rows] = [80, 24];
const [cellWidth, cellHeight] = [8.4, 18];
/** The 16 colours as many terminals show them, on a dark ground. */
const palette = [
  '#1d1f21',
  '#cc6666',
  '#8abeb7',
  '#f0c674',
  '#81a2be',
  '#b294bb',
  '#8abeb7',
  '#c5c8c6',
  '#707880',
  '#d54e53',
  '#b9ca4a',
  '#e7c547',
  '#7aa6da',
  '#c397d8',
  '#70c0b1',
  '#eaeaea',
];
const [ground, ink] = ['#1d1f21', '#c5c8c6'];

const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
const env: NodeJS.ProcessEnv = {...process.env, TERM: 'xterm-256color', COLORTERM: ''};
// Ink takes CI for a place without a terminal.
delete env['CI'];
const program = fileURLToPath(new URL('../bin/patchdeck.js', import.meta.url));
const pty = spawn(process.execPath, [program, 'demo', '--speed', '20', '--operator', 'ops'], {
  name: 'xterm-256color',
  cols: columns,
  rows,
  env,
});
pty.onData(data => screen.write(data));
screen.onData(data => pty.write(data));

const line = (row: number): string => screen.buffer.active.getLine(row)?.translateToString(true) ?? '';
const text = (): string => Array.from({length: rows}, (_, row) => line(row)).join('\n');

const until = async (wanted: RegExp): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (!wanted.test(text())) {
    if (Date.now() > deadline) throw new Error(`never shown: ${String(wanted)}\n${text()}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
};

const escape = (char: string): string =>
  char.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const colourOf = (code: number, isDefault: boolean, otherwise: string): string =>
  isDefault ? otherwise : (palette[code % 16] ?? otherwise);

const draw = (): string => {
  const parts: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = screen.buffer.active.getLine(row)?.getCell(column);
      if (cell === undefined) continue;
      const inverse = cell.isInverse() !== 0;
      const fore = colourOf(cell.getFgColor(), cell.isFgDefault(), ink);
      const back = colourOf(cell.getBgColor(), cell.isBgDefault(), ground);
      const [shown, behind] = inverse ? [back, fore] : [fore, back];
      const [x, y] = [(column * cellWidth + 12).toFixed(1), row * cellHeight + 12];
      if (behind !== ground) {
        parts.push(
          `<rect x="${x}" y="${y}" width="${cellWidth + 0.2}" height="${cellHeight}" fill="${behind}"/>`,
        );
      }
      const chars = cell.getChars();
      if (chars.trim() === '') continue;
      const bold = cell.isBold() !== 0 ? ' font-weight="bold"' : '';
      const dim = cell.isDim() !== 0 ? ' opacity="0.6"' : '';
      parts.push(`<text x="${x}" y="${y + 13.5}" fill="${shown}"${bold}${dim}>${escape(chars)}</text>`);
    }
  }
  const [width, height] = [columns * cellWidth + 24, rows * cellHeight + 24];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
${parts.join('\n')}
</svg>
`;
};

await until(/begins the scan/);
pty.write('b');
await until(/23 of 24/);
pty.write('/mail1\r');
await until(/> +mail1/);
pty.write('l');
await until(/> reason/);
pty.write('being replaced');
await until(/being replaced/);
pty.write('\r');
await until(/left out +by operator/);
pty.write('2');
await until(/ranks what/);
pty.write('b');
await until(/RANK/);
await new Promise(resolve => setTimeout(resolve, 500));
pty.write('   ');
await until(/3 of \d+ chosen/);
await writeFile(new URL('console.svg', import.meta.url), draw());
process.stdout.write(`${text()}\n`);
pty.kill();
process.exit(0);
