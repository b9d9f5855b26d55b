import {readFile, writeFile} from 'node:fs/promises';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {startFaultyFleet, type FaultyFleet} from './fleet.ts';
import {makePlace, type Place} from './program.ts';

let place: Place;
let fleet: FaultyFleet;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  await fleet.close();
  await place.remove();
});

it('says in its table by what each host was reached, and nothing of one that was not', async () => {
  fleet = await startFaultyFleet(place, ['web1', 'db1'], {extra: ['gone: {address: 127.0.0.1, port: 1}']});
  const inventory = await readFile(fleet.inventory, 'utf8');
  await writeFile(fleet.inventory, inventory.replace('web1: {', 'web1: {transport: system, '));
  const {exit, stdout} = await place.run('scan', ...fleet.reach);
  expect(exit).toBe(3);
  const [head = '', ...rows] = stdout.split('\n').filter(line => /^(HOST|web1|db1|gone) /.test(line));
  const column = head.indexOf('REACHED BY');
  expect(column).toBeGreaterThan(0);
  expect(rows.map(row => [row.split(' ')[0], row.slice(column)])).toEqual([
    ['web1', 'system ssh (the inventory says so)'],
    ['db1', 'ssh2'],
    ['gone', ''],
  ]);
});
