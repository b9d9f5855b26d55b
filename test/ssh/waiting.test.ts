import {describe, expect, it} from 'vitest';
import {createGate} from '../../src/ssh/gate.ts';
import {startStopwatch} from '../../src/ssh/stopwatch.ts';

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

describe('a gate', () => {
  it('lets so many in, the others in order, and fewer once it is narrowed', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    const leave = [await gate.enter(), await gate.enter()];
    const waiting = [1, 2, 3].map(async number => {
      const out = await gate.enter();
      order.push(number);
      return out;
    });
    expect(gate.inside).toBe(2);
    gate.limit(1);
    leave[0]?.();
    leave[0]?.();
    await pause(0);
    expect([gate.inside, order]).toEqual([1, []]);
    leave[1]?.();
    (await waiting[0])?.();
    (await waiting[1])?.();
    (await waiting[2])?.();
    expect([gate.inside, order]).toEqual([0, [1, 2, 3]]);
  });

  it('gives no place to one who left the line', async () => {
    const gate = createGate(1);
    const out = await gate.enter();
    const controller = new AbortController();
    const gone = gate.enter(controller.signal);
    const next = gate.enter();
    controller.abort(new Error('stopped'));
    await expect(gone).rejects.toThrow('stopped');
    out();
    (await next)();
    expect(gate.inside).toBe(0);
  });
});

describe('a stopwatch', () => {
  it('expires once', async () => {
    let expired = 0;
    startStopwatch(20, () => (expired += 1));
    await expect.poll(() => expired).toBe(1);
  });

  it('stands still while a person is asked, also when two are', async () => {
    let expired = 0;
    const watch = startStopwatch(60, () => (expired += 1));
    await Promise.all([watch.paused(() => pause(100)), watch.paused(() => pause(150))]);
    expect(expired).toBe(0);
    await expect.poll(() => expired).toBe(1);
  });

  it('that was stopped does not start again after a question', async () => {
    let expired = 0;
    const watch = startStopwatch(10, () => (expired += 1));
    await watch.paused(() => {
      watch.stop();
      return Promise.resolve();
    });
    await pause(40);
    expect(expired).toBe(0);
  });
});
