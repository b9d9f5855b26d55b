import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {Command, Engine} from '../../src/engine/interface.ts';
import type {Host} from '../../src/model/host.ts';
import type {Refusal} from '../../src/record/gates.ts';
import {drive, makeSmallRun, type SmallRun} from '../faults/small-run.ts';

let world: SmallRun;
let engine: Engine;
let folder: string;
let overlay: string;
let inventory: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchdeck-describe-'));
  inventory = join(folder, 'hosts');
  overlay = join(folder, 'patchdeck.overlay.yaml');
  await writeFile(inventory, '[shop]\nweb1 owner=\napi2\n');
  await writeFile(
    overlay,
    '# ours\ngroups:\n  shop: {tags: [shop]}\nhosts:\n  web1: # the old one\n    owner: dba\n',
  );
  world = await makeSmallRun(['web1', 'api2'], {
    web1: {owner: 'dba', tags: ['shop']},
    api2: {tags: ['shop']},
  });
  engine = await world.open(undefined, {source: {named: inventory, directory: folder}});
  await drive(engine, 'scan');
});
afterEach(async () => {
  await engine.close();
  await world.remove();
  await rm(folder, {recursive: true});
});

const describe = (
  hosts: string[],
  description: Extract<Command, {type: 'describe'}>['description'],
): Promise<'ok' | Refusal> => engine.submit({type: 'describe', hosts, description});
const of = (name: string): Host | undefined => engine.state().run?.hosts.get(name)?.host;

test('what is said of hosts is in the overlay, comments kept, and in the run with its actor; how they are reached stays', async () => {
  const address = of('web1')?.address;
  expect(await describe(['web1', 'api2'], {criticality: 'high', tags: ['eu']})).toBe('ok');
  expect(await describe(['web1'], {owner: null, exposure: 'internet'})).toBe('ok');
  expect(await readFile(overlay, 'utf8')).toBe(
    [
      '# ours',
      'groups:',
      '  shop: { tags: [ shop ] }',
      'hosts:',
      '  web1:',
      '    # the old one',
      '    criticality: high',
      '    tags:',
      '      - eu',
      '    exposure: internet',
      '  api2:',
      '    criticality: high',
      '    tags:',
      '      - eu',
      '',
    ].join('\n'),
  );
  expect(await readFile(inventory, 'utf8')).toBe('[shop]\nweb1 owner=\napi2\n');
  expect(of('web1')).toMatchObject({
    criticality: 'high',
    exposure: 'internet',
    tags: ['shop', 'eu'],
    address,
  });
  expect(of('web1')).not.toHaveProperty('owner');
  // A second console, and one that opens the run again, read the same.
  const run = engine.state().run?.run.id;
  await engine.close();
  engine = await world.open(run, {source: {named: inventory, directory: folder}});
  expect(of('web1')).toMatchObject({criticality: 'high', exposure: 'internet'});
  expect(of('api2')).toMatchObject({criticality: 'high', tags: ['shop', 'eu']});
});

test('a tag that the inventory or its groups state cannot be taken away in an overlay, which is said', async () => {
  expect(await describe(['api2'], {tags: null})).toBe('ok');
  expect(of('api2')?.tags).toEqual(['shop']);
  expect(engine.state().notices).toContain(
    'tags that the inventory itself states stay: shop; take them away there',
  );
});

test('what somebody else said meanwhile is not written over: it is refused, shown, and can be said again', async () => {
  await writeFile(overlay, 'hosts: {web1: {owner: night shift, criticality: low}}\n');
  expect(await describe(['web1'], {owner: 'shop'})).toMatchObject({
    code: 'overlay.changed',
    what: 'somebody changed it meanwhile: owner of web1 is night shift now; nothing was written',
  });
  expect(await readFile(overlay, 'utf8')).toBe('hosts: {web1: {owner: night shift, criticality: low}}\n');
  expect(of('web1')).toMatchObject({owner: 'night shift', criticality: 'low'});
  expect(await describe(['web1'], {owner: 'shop'})).toBe('ok');
  expect(of('web1')?.owner).toBe('shop');
});

test('an overlay with a mistake, a host that is not in the inventory and one that is left out are refused', async () => {
  await writeFile(overlay, 'hosts: {web1: {wave: first}}\n');
  expect(await describe(['web1'], {owner: 'x'})).toMatchObject({code: 'inventory.invalid'});
  await writeFile(overlay, '');
  await writeFile(inventory, '[shop]\nweb1\n');
  expect(await describe(['api2'], {owner: 'x'})).toMatchObject({code: 'host.not-in-inventory'});
  await engine.submit({type: 'leave-out', hosts: ['api2'], reason: 'gone'});
  expect(await describe(['api2'], {owner: 'x'})).toMatchObject({code: 'host.left-out'});
  expect(await describe(['web1'], {criticality: 'huge' as 'high'})).toMatchObject({code: 'command.invalid'});
  expect(await describe(['web1'], {tags: ['a b']})).toMatchObject({code: 'command.invalid'});
  expect(await readFile(overlay, 'utf8')).toBe('');
});
