import {describe, expect, it} from 'vitest';
import {createSecrets, type Lease, type Secrets} from '../../src/ssh/secrets.ts';

const never = new AbortController().signal;
const key = 'become-password sudo ops';
type Answers = (string | undefined)[];
const people = (...answers: Answers): {ask: () => Promise<string | undefined>; count: () => number} => {
  let count = 0;
  return {
    ask: () => {
      count += 1;
      return Promise.resolve(answers.shift());
    },
    count: () => count,
  };
};
const borrow = async (
  secrets: Secrets,
  host: string,
  ask: () => Promise<string | undefined>,
): Promise<Lease> => {
  const lease = await secrets.borrow(key, host, ask, never);
  if (lease === undefined || lease === 'refused') throw new Error(`no lease: ${String(lease)}`);
  return lease;
};
/** Whether it is still pending after everything that can run has run. */
const waits = async (work: Promise<unknown>): Promise<boolean> => {
  let done = false;
  void work.then(() => (done = true));
  await new Promise(resolve => setImmediate(resolve));
  return !done;
};

describe('a new secret', () => {
  it('is tried by one host while all others wait, then all have it at once', async () => {
    const secrets = createSecrets();
    const {ask, count} = people('s');
    const canary = await borrow(secrets, 'a', ask);
    const others = ['b', 'c', 'd'].map(host => borrow(secrets, host, ask));
    expect(await Promise.all(others.map(waits))).toEqual([true, true, true]);
    canary.accepted();
    expect((await Promise.all(others)).map(lease => lease.secret)).toEqual(['s', 's', 's']);
    expect(count()).toBe(1);
  });

  it('that is wrong reaches no other host: the next one asks', async () => {
    const secrets = createSecrets();
    const {ask, count} = people('wrong', 'right');
    const canary = await borrow(secrets, 'a', ask);
    const others = ['b', 'c'].map(host => borrow(secrets, host, ask));
    canary.rejected();
    const next = await others[0];
    expect([next?.secret, await waits(others[1] ?? Promise.resolve()), count()]).toEqual(['right', true, 2]);
    next?.accepted();
    expect((await others[1])?.secret).toBe('right');
  });

  it('that was never tried to the end is tried by the next host, without a question', async () => {
    const secrets = createSecrets();
    const {ask, count} = people('s');
    const canary = await borrow(secrets, 'a', ask);
    const other = borrow(secrets, 'b', ask);
    canary.abandon();
    expect([(await other).secret, count()]).toEqual(['s', 1]);
  });

  it('is not tried again when somebody gives the wrong one for another host', async () => {
    const secrets = createSecrets();
    const {ask} = people('wrong', 'wrong', 'right');
    (await borrow(secrets, 'a', ask)).rejected();
    expect(await secrets.borrow(key, 'b', ask, never)).toBe('refused');
    expect((await borrow(secrets, 'b', ask)).secret).toBe('right');
  });

  it('that nobody gives: each host asks for itself', async () => {
    const secrets = createSecrets();
    const {ask, count} = people(undefined, undefined);
    const outcomes = await Promise.all(['a', 'b'].map(host => secrets.borrow(key, host, ask, never)));
    expect([outcomes, count()]).toEqual([[undefined, undefined], 2]);
  });

  it('is another one for another user or program', async () => {
    const secrets = createSecrets();
    const {ask} = people('one', 'two');
    const one = await borrow(secrets, 'a', ask);
    const two = await secrets.borrow('become-password sudo root', 'a', ask, never);
    expect([one.secret, typeof two === 'object' && two.secret]).toEqual(['one', 'two']);
  });
});

describe('a secret that worked', () => {
  const proven = async (): Promise<Secrets> => {
    const secrets = createSecrets();
    (await borrow(secrets, 'a', people('s').ask)).accepted();
    return secrets;
  };

  it('serves many tries at once on the host where it worked', async () => {
    const secrets = await proven();
    const leases = await Promise.all([1, 2, 3].map(() => borrow(secrets, 'a', people().ask)));
    expect(leases.map(lease => lease.secret)).toEqual(['s', 's', 's']);
  });

  it('is tried once at a time on a host where it was not tried yet', async () => {
    const secrets = await proven();
    const first = await borrow(secrets, 'b', people().ask);
    const second = borrow(secrets, 'b', people('other').ask);
    expect(await waits(second)).toBe(true);
    first.rejected();
    expect((await second).secret).toBe('other');
  });

  it('stays good for the others when one host refuses it', async () => {
    const secrets = await proven();
    (await borrow(secrets, 'b', people().ask)).rejected();
    expect((await borrow(secrets, 'c', people().ask)).secret).toBe('s');
    const {ask, count} = people('b-only');
    expect([(await borrow(secrets, 'b', ask)).secret, count()]).toEqual(['b-only', 1]);
  });

  it('is asked for again on a host that suddenly refuses it', async () => {
    const secrets = await proven();
    (await borrow(secrets, 'a', people().ask)).rejected();
    const {ask, count} = people('new');
    expect([(await borrow(secrets, 'a', ask)).secret, count()]).toEqual(['new', 1]);
  });
});

describe('a secret that vanished without an answer', () => {
  it('is asked for again, and may be the same', async () => {
    const secrets = createSecrets();
    const {ask, count} = people('s', 's');
    (await borrow(secrets, 'a', ask)).drop();
    (await borrow(secrets, 'a', ask)).accepted();
    expect(count()).toBe(2);
  });

  it('is not sent to that host again on its own, though it worked elsewhere', async () => {
    const secrets = createSecrets();
    (await borrow(secrets, 'a', people('s').ask)).accepted();
    (await borrow(secrets, 'b', people().ask)).drop();
    expect(await secrets.borrow(key, 'b', people(undefined).ask, never)).toBe(undefined);
    expect((await borrow(secrets, 'c', people().ask)).secret).toBe('s');
  });

  it('stays good where it had worked: the link was lost', async () => {
    const secrets = createSecrets();
    (await borrow(secrets, 'a', people('s').ask)).accepted();
    (await borrow(secrets, 'a', people().ask)).drop();
    expect((await borrow(secrets, 'a', people().ask)).secret).toBe('s');
  });
});

describe('who waits', () => {
  it('leaves when stopped, and holds nobody up', async () => {
    const secrets = createSecrets();
    const canary = await borrow(secrets, 'a', people('s').ask);
    const controller = new AbortController();
    const waiting = secrets.borrow(key, 'b', people().ask, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    canary.accepted();
    expect((await borrow(secrets, 'c', people().ask)).secret).toBe('s');
  });

  it('is not held up by a question that is broken off', async () => {
    const secrets = createSecrets();
    const controller = new AbortController();
    const asking = secrets.borrow(key, 'a', () => new Promise(() => undefined), controller.signal);
    const other = borrow(secrets, 'b', people('s').ask);
    controller.abort(new Error('stopped'));
    await expect(asking).rejects.toThrow('stopped');
    expect((await other).secret).toBe('s');
  });

  it('settles a lease once: what comes later changes nothing', async () => {
    const secrets = createSecrets();
    const lease = await borrow(secrets, 'a', people('s').ask);
    lease.accepted();
    lease.rejected();
    expect((await borrow(secrets, 'b', people().ask)).secret).toBe('s');
  });
});
