import {expect, test} from 'vitest';
import {begin, host, scanned, scannedShop} from './fleet.ts';
import {deskForEach, keys, type Shown} from './harness.tsx';

const desk = deskForEach();

const cursorRow = (console: Shown): string => console.rows().find(row => row.startsWith(' > ')) ?? '';

test('three j in one packet of a slow link move three rows', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('jjj');
  expect(cursorRow(console)).toContain('web10');
});

test('three arrows in one packet move three rows', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send(keys.down.repeat(3));
  expect(cursorRow(console)).toContain('web10');
});

test('a letter and Enter in one packet are both taken', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('j\r');
  await console.until('web01        ');
  expect(console.frame()).toContain('weight');
});

test('an arrow that the link tore apart is an arrow, not Esc and two letters', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('/web\r');
  await console.until('3/4');
  await console.send('\u001b');
  await new Promise(resolve => setTimeout(resolve, 40));
  await console.send('[B');
  await console.until(/> {3}web02/);
  expect(console.frame()).toContain('/ web');
});

test('Esc alone still is Esc', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('/web\r');
  await console.until('3/4');
  await console.send(keys.esc);
  await console.until('4 shown');
});

test('pasted text is not taken for keys', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('\u001b[200~qXD\u001b[201~');
  await console.until('pasted text was not taken');
  expect(console.left()).toBe(false);
  expect(desk.engine.commands).toEqual([]);
});

test('pasted text goes into the filter as one line', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('/');
  await console.send('\u001b[200~web\n10\u001b[201~');
  await console.until('/ web 10_');
});

test('the cursor stays on its host while others come in before it', async () => {
  begin(desk.engine, [host('b1'), host('b2')]);
  const console = await desk.open();
  await console.send('j');
  expect(cursorRow(console)).toContain('b2');
  desk.engine.happen({type: 'host.included', data: {host: host('a1')}});
  await console.until('a1');
  expect(cursorRow(console)).toContain('b2');
});

test('at the edge the table scrolls half a page', async () => {
  begin(
    desk.engine,
    Array.from({length: 60}, (_, i) => host(`h${String(i + 1).padStart(2, '0')}`)),
  );
  const console = await desk.open();
  const height = console.rows().filter(row => /^ [> ] {3}h\d\d/.test(row)).length;
  await console.send('j'.repeat(height));
  expect(cursorRow(console)).toContain(`h${height + 1}`);
  const first = console.rows().find(row => /^ [> ] {3}h\d\d/.test(row)) ?? '';
  expect(first).not.toContain('h02');
  await console.send('G');
  expect(cursorRow(console)).toContain('h60');
  await console.send('g');
  expect(cursorRow(console)).toContain('h01');
});

test('the order can be held while data changes', async () => {
  begin(desk.engine, [host('a'), host('b'), host('c')]);
  const console = await desk.open();
  await console.send('sp');
  await console.until('held, sort: status');
  desk.engine.happen(scanned('c'));
  await console.until('exposed');
  const names = console.rows().flatMap(row => /^ [> ] {3}([abc]) /.exec(row)?.[1] ?? []);
  expect(names).toEqual(['a', 'b', 'c']);
  await console.send('p');
  await console.until(/ c {8} +! {2}exposed[^]+ a /);
});

test('s sorts by the next column and S turns it round, said in words', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.until('sort: host ^');
  await console.send('ss');
  await console.until('sort: security ^');
  await console.send('S');
  await console.until('sort: security v');
});

test('web9 comes before web10', async () => {
  begin(desk.engine, [host('web10'), host('web9')]);
  const console = await desk.open();
  expect(console.frame().indexOf('web9')).toBeLessThan(console.frame().indexOf('web10'));
});

test('Ctrl-Z gives the terminal back to the shell', async () => {
  const console = await desk.open();
  await console.send(keys.ctrlZ);
  expect(console.suspended()).toBe(1);
});
