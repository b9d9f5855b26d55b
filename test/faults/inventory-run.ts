import {afterEach, beforeEach, expect} from 'vitest';
import {openRunOf, readRun} from '../../src/store/run-store.ts';
import {startFaultyFleet, type FaultyFleet} from '../commands/fleet.ts';
import {makePlace, type Place} from '../commands/program.ts';
import {outcomeOfRun} from './outcome.ts';

/** The real program on two hosts, for tests whose inventory does not stay as it is. */
export type InventoryRun = {
  readonly place: Place;
  readonly fleet: FaultyFleet;
  /** Runs a command that has to end well; gives what it said. */
  readonly command: (reach: readonly string[], ...words: string[]) => Promise<string>;
  /** The run ended well on the hosts that it was begun with, at their addresses. */
  readonly expectItsOwnHosts: () => Promise<void>;
};

export const signedOff = ['test', '--yes', '--sign-off', 'tester', '--reason', 'good'] as const;

/** Called once by a test file, outside of its tests. */
export const inventoryRunForEach = (): InventoryRun => {
  let open: {place: Place; fleet: FaultyFleet} | undefined;
  beforeEach(async () => {
    const place = await makePlace();
    open = {place, fleet: await startFaultyFleet(place, ['api2', 'cache1'], {canaries: ['api2']})};
  });
  afterEach(async () => {
    await open?.fleet.close();
    await open?.place.remove();
    open = undefined;
  });
  const here = (): {place: Place; fleet: FaultyFleet} => {
    if (open === undefined) throw new Error('the run is there in a test only');
    return open;
  };
  return {
    get place() {
      return here().place;
    },
    get fleet() {
      return here().fleet;
    },
    command: async (reach, ...words) => {
      const {exit, stderr} = await here().place.run(...words, ...reach);
      expect({words, exit, stderr: exit === 0 ? '' : stderr}).toMatchObject({exit: 0});
      return stderr;
    },
    expectItsOwnHosts: async () => {
      const {place, fleet} = here();
      const id = (await openRunOf(place.stateDir)) ?? '';
      const {state} = await readRun(place.stateDir, id);
      expect(outcomeOfRun(state).hosts).toMatchObject(
        ['api2', 'cache1'].map(name => ({name, phase: 'done', troubles: [], verified: true})),
      );
      for (const {host} of state.hosts.values()) {
        expect([host.address, host.port]).toEqual(['127.0.0.1', fleet.get(host.name).server.port]);
      }
    },
  };
};
