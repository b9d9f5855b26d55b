import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openFleetStore} from '../../src/store/fleet-store.ts';
import {acquireLock, thisConsole} from '../../src/store/lock.ts';
import {inFolder, operator, rejection, runId} from './example-run.ts';

const nginx = 'apt:nginx@1.22.1-9';

describe('what holds for a fleet', () => {
  test('is nothing where nothing was blocked, and nothing is made to know it', () =>
    inFolder(async folder => {
      const fleet = await openFleetStore(join(folder, 'state'), 'shop-eu');
      expect(fleet.blocked().size).toBe(0);
      await fleet.close();
      expect(await rejection(readFile(join(folder, 'state')))).toMatchObject({code: 'ENOENT'});
    }));

  test('outlives the run: a blocked version stays blocked, with its reason, until it is unblocked', () =>
    inFolder(async folder => {
      const fleet = await openFleetStore(folder, 'shop-eu');
      await fleet.block(nginx, 'its postinst fails on web1', runId, operator);
      expect(fleet.blocked().get(nginx)).toBe('its postinst fails on web1');
      await fleet.close();
      const later = await openFleetStore(folder, 'shop-eu');
      expect([...later.blocked()]).toEqual([[nginx, 'its postinst fails on web1']]);
      await later.unblock(nginx, 'fixed upstream', operator);
      expect(later.blocked().size).toBe(0);
      expect((await openFleetStore(folder, 'shop-eu')).blocked().size).toBe(0);
      expect((await openFleetStore(folder, 'shop-us')).blocked().size).toBe(0);
    }));

  test('is written by several consoles in turn, and none is lost', () =>
    inFolder(async folder => {
      const consoles = await Promise.all(Array.from({length: 4}, () => openFleetStore(folder, 'shop-eu')));
      await Promise.all(
        consoles.flatMap((fleet, at) => [
          fleet.block(`apt:a${at}@1`, 'bad', undefined, operator),
          fleet.block(`apt:b${at}@1`, 'bad', undefined, operator),
        ]),
      );
      expect((await openFleetStore(folder, 'shop-eu')).blocked().size).toBe(8);
    }));

  test('waits while another console writes', () =>
    inFolder(async folder => {
      const fleet = await openFleetStore(folder, 'shop-eu');
      await fleet.block('apt:a@1', 'bad', undefined, operator);
      const lock = await acquireLock(join(folder, 'fleets', 'shop-eu.jsonl.lock'), thisConsole(0));
      if (!('release' in lock)) throw new Error('it was not free');
      let done = false;
      const blocking = fleet.block(nginx, 'bad', undefined, operator).then(() => (done = true));
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(done).toBe(false);
      await lock.release();
      await blocking;
      expect(fleet.blocked().size).toBe(2);
    }));

  test('is refused when its journal is not one', () =>
    inFolder(async folder => {
      const fleet = await openFleetStore(folder, 'shop-eu');
      await fleet.block(nginx, 'bad', undefined, operator);
      await writeFile(join(folder, 'fleets', 'shop-eu.jsonl'), 'null');
      expect(await rejection(openFleetStore(folder, 'shop-eu'))).toMatchObject({code: 'store.foreign'});
      expect(await rejection(fleet.block('apt:b@1', 'bad', undefined, operator))).toMatchObject({
        code: 'store.foreign',
      });
    }));
});
