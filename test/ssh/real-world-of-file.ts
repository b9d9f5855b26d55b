import {afterAll, beforeAll} from 'vitest';
import type {Host} from '../../src/model/host.ts';
import type {Asker} from '../../src/model/question.ts';
import type {Session} from '../../src/ssh/session.ts';
import {makeAccount, removeAccount, type Account} from './real-sshd.ts';
import {makeRealWorld, type RealWorld} from './real-world.ts';
import {never} from './world.ts';

/** A real sshd for the tests of a file, with accounts that are gone after them. Called once by a test file, outside of its tests. */
export const realWorldOfFile = (): {
  readonly world: RealWorld;
  readonly account: (options: Parameters<typeof makeAccount>[1]) => Promise<Account>;
  /** A session of one of them. */
  readonly openAs: (one: {name: string}, ask: Asker, host?: Partial<Host>) => Promise<Session>;
} => {
  let world: RealWorld | undefined;
  const made: Account[] = [];
  const there = (): RealWorld => {
    if (world === undefined) throw new Error('sshd is there in a test only');
    return world;
  };
  beforeAll(async () => {
    world = await makeRealWorld();
  }, 60_000);
  afterAll(async () => {
    for (const one of made) await removeAccount(one);
    await world?.remove();
  }, 60_000);
  return {
    get world() {
      return there();
    },
    account: async options => {
      const one = await makeAccount(there().folder, options);
      made.push(one);
      return one;
    },
    openAs: async (one, ask, host = {}) => {
      const here = there();
      await here.knowAll(here.sshd);
      const way = here.transport(await here.configure([]));
      return way.open({...here.host(here.accounts.dash), user: one.name, ...host}, ask, never);
    },
  };
};
