import {expect, test} from 'vitest';
import {parseFilter} from '../../components/table/filter.ts';
import {rankedShop, scanned, scannedShop} from './fleet.ts';
import {deskForEach, keys, type Shown} from './harness.tsx';

const desk = deskForEach();

const hostsShown = (console: Shown): string[] =>
  console.rows().flatMap(row => /^ [> ] [* ] ((?:web|db)\d+)/.exec(row)?.[1] ?? []);

test('the filter is live, shows how many match, and Esc clears it', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('/trixie');
  await console.until('1/4');
  expect(hostsShown(console)).toEqual(['web10']);
  await console.send(keys.esc);
  await console.until('4 shown');
  expect(hostsShown(console)).toHaveLength(4);
});

test('field:value, comparisons, ! and or narrow what is shown', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  for (const [filter, wanted] of [
    ['group:db', ['db1']],
    ['!group:db', ['web01', 'web02', 'web10']],
    ['security>=5', ['db1', 'web01']],
    ['is:reboot or is:unreachable', ['web01', 'web02']],
    ['is:canary group:db', []],
    ['exposure:internet !is:canary', ['web02']],
  ] as const) {
    await console.send(`/${filter}\r`);
    await console.until(`/ ${filter}   `);
    expect(hostsShown(console), filter).toEqual(wanted);
    await console.send(keys.esc);
    await console.until('4 shown');
  }
});

test('finds hosts by what was said of them, by what was not, and by the support of their release', async () => {
  scannedShop(desk.engine);
  desk.engine.happenAll([
    scanned('web01', {endOfLife: 'debian 10 has had no security support since 2024-06-30'}),
    scanned('db1', {support: {state: 'limited', sentence: 'debian 11 has had LTS only since 2024-08-14'}}),
    scanned('web10', {support: {state: 'unknown', sentence: 'until when it is supported is not known'}}),
  ]);
  const console = await desk.open();
  for (const [filter, wanted] of [
    ['is:end-of-life', ['web01']],
    ['is:support-limited', ['db1']],
    ['is:support-unknown', ['web10']],
    ['is:no-criticality', ['web02', 'web10']],
    ['is:no-owner !is:no-exposure', ['web01', 'web02']],
    ['is:no-data owner:dba', ['db1']],
    ['dba', ['db1']],
  ] as const) {
    await console.send(`/${filter}\r`);
    await console.until(`/ ${filter}   `);
    expect(hostsShown(console), filter).toEqual(wanted);
    await console.send(keys.esc);
    await console.until('4 shown');
  }
});

test('nothing matches: it is said, and how to get back', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('/nosuchhost');
  await console.until('Nothing matches the filter. Esc clears it.');
});

test('while a filter is typed the cursor goes back to its row as soon as it matches', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('j');
  await console.until(/> {3}web01/);
  await console.send('/is:d');
  await console.send('\u007f\u007f\u007f\u007fweb\r');
  await console.until('3/4');
  expect(console.frame()).toMatch(/> {3}web01/);
});

test('a selection survives filter, sort and new data, and what is hidden is counted', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('a');
  await console.until('4 selected');
  await console.send('/db\r');
  await console.until('3 selected are hidden by the filter');
  await console.send('s');
  desk.engine.happen({type: 'host.left-out', data: {host: 'web02', reason: 'broken'}});
  await console.send(keys.esc);
  await console.until('4 shown   4 selected');
  await console.send('A');
  await console.untilGone('selected');
});

test('v and space select a range', async () => {
  scannedShop(desk.engine);
  const console = await desk.open();
  await console.send('vjj ');
  await console.until('3 selected');
});

test('a half-typed term does not empty the table, an unknown field is plain text', () => {
  const row = (text: string) => ({text, field: (): undefined => undefined});
  expect(parseFilter('os:', ['os'])(row('web'))).toBe(true);
  expect(parseFilter('apt:openssl', ['os'])(row('apt:openssl'))).toBe(true);
  expect(parseFilter('  ! ', ['os'])(row('x'))).toBe(true);
});

test('patches are filtered by what is known of them', async () => {
  rankedShop(desk.engine);
  const console = await desk.open({stage: 'prioritize'});
  await console.until('openssl');
  await console.send('/is:kev\r');
  await console.until('1/3');
  await console.send(keys.esc);
  await console.until('3 shown');
  await console.send('/!is:security\r');
  await console.until('acme-agent');
  expect(console.frame()).not.toContain('perl');
});
